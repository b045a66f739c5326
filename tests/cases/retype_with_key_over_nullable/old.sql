CREATE TABLE t (a int NOT NULL, b jsonb NOT NULL, id date, CONSTRAINT t_pkey PRIMARY KEY (b, a));
