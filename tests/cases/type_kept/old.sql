CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TYPE pair AS (x int, y text);
CREATE TYPE floats AS RANGE (subtype = float8);
CREATE TABLE t (id int PRIMARY KEY, d positive NOT NULL, p pair, f floats);
