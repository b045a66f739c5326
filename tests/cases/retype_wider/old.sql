CREATE TABLE t (id int PRIMARY KEY, a varchar(20), b varchar(5), c numeric(10, 2), d varchar);
CREATE INDEX t_a ON t (a);
