CREATE TABLE t (id int PRIMARY KEY, a varchar(10), b varchar(5) NOT NULL DEFAULT 'x');
CREATE INDEX t_a ON t (a);
