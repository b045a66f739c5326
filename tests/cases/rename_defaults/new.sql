CREATE TABLE t (id int PRIMARY KEY, aa text NOT NULL DEFAULT 'x', bb uuid NOT NULL DEFAULT gen_random_uuid(), cc int DEFAULT 8, dd jsonb);
