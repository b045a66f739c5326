CREATE TABLE t (id int PRIMARY KEY, s serial, i bigint GENERATED ALWAYS AS IDENTITY, u uuid NOT NULL DEFAULT gen_random_uuid());
