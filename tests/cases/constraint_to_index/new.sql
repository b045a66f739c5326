CREATE TABLE t (id int PRIMARY KEY, a text, b int);
CREATE UNIQUE INDEX t_a ON t (a);
CREATE INDEX t_b_idx ON t (b);
