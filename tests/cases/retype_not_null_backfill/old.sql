CREATE TABLE t (id int PRIMARY KEY, n int, n2 int);
CREATE INDEX t_n ON t (n);
