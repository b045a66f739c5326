CREATE TABLE t (id int PRIMARY KEY, a text, b int);
CREATE INDEX t_one ON t (a);
CREATE INDEX t_two ON t (b);
