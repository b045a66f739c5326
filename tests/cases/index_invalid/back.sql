CREATE TABLE t (id int PRIMARY KEY, a int, b int, c int);
CREATE INDEX t_kept ON t (c);
