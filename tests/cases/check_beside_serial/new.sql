CREATE TABLE t (id int PRIMARY KEY, c text, b int, s serial, CONSTRAINT k CHECK (c IS NOT NULL AND b > 5));
