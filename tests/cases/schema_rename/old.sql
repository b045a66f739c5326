CREATE SCHEMA "Old s";
SET search_path = "Old s";
CREATE TYPE st AS ENUM ('a', 'b');
CREATE SEQUENCE lone;
CREATE TABLE p (id serial PRIMARY KEY, s st NOT NULL DEFAULT 'a');
CREATE TABLE c (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, p int REFERENCES p, t text);
CREATE INDEX c_t ON c (t);
RESET search_path;
