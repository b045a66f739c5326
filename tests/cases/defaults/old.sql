CREATE TABLE t (id int PRIMARY KEY, changed int DEFAULT 1, dropped text DEFAULT 'x', added bool, must text NOT NULL, volatile uuid DEFAULT gen_random_uuid());
