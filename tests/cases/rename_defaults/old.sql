CREATE TABLE t (id int PRIMARY KEY, a text NOT NULL DEFAULT 'x', b uuid NOT NULL DEFAULT gen_random_uuid(), c int DEFAULT 7, d jsonb);
