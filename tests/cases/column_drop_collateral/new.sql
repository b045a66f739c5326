CREATE TABLE other (id int PRIMARY KEY);
CREATE TABLE t (id int PRIMARY KEY, a int);
CREATE INDEX t_a_b ON t (a);
