CREATE TABLE t (id int PRIMARY KEY, a int, b int, CONSTRAINT t_one UNIQUE (a), CONSTRAINT t_two UNIQUE (b));
