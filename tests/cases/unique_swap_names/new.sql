CREATE TABLE t (id int PRIMARY KEY, a int, b int, CONSTRAINT t_one UNIQUE (b), CONSTRAINT t_two UNIQUE (a));
