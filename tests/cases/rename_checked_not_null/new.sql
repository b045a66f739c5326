CREATE TABLE t (pk int PRIMARY KEY, id uuid NOT NULL, c int, CONSTRAINT name CHECK (id IS NOT NULL OR c > 0));
