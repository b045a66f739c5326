CREATE TABLE t (id serial PRIMARY KEY, "B c" bigserial, n int NOT NULL);
