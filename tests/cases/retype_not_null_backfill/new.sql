CREATE TABLE t (id int PRIMARY KEY, n bigint NOT NULL, n2 int);
CREATE INDEX t_n ON t (n);
