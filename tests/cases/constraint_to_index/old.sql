CREATE TABLE t (id int PRIMARY KEY, a text, b int, CONSTRAINT t_a UNIQUE (a), CONSTRAINT t_b_key UNIQUE (b));
