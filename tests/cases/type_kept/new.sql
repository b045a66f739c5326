CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TYPE pair AS (x int, y text);
CREATE TYPE floats AS RANGE (subtype = float8);
CREATE TABLE t (id int PRIMARY KEY, e positive NOT NULL, p pair DEFAULT '(1,a)', f floats, more positive[], p2 pair, f2 floats, d2 positive DEFAULT 7);
CREATE TABLE u (id int PRIMARY KEY, d positive, p pair, f floats);
