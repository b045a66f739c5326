CREATE TABLE t (id int PRIMARY KEY, a int CONSTRAINT t_a CHECK (a > 10), b int CONSTRAINT t_b_renamed CHECK (b > 0), c int CONSTRAINT t_c CHECK (c <> 0) NO INHERIT);
