CREATE TABLE t (a int NOT NULL, b numeric(10,2) NOT NULL, id date NOT NULL, CONSTRAINT t_key PRIMARY KEY (id));
