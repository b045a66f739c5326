CREATE TABLE t (id int PRIMARY KEY, a text, b int);
CREATE INDEX t_idx ON t (a, b);
CREATE UNIQUE INDEX t_key ON t (b, a);
