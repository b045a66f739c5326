CREATE TABLE t (id int PRIMARY KEY, a text NOT NULL, c int NOT NULL CHECK (c > 0), added uuid NOT NULL DEFAULT gen_random_uuid());
CREATE INDEX t_a ON t (a, c);
