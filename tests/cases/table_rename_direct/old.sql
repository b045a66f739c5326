CREATE TYPE st AS ENUM ('a', 'b');
CREATE TABLE a (id serial PRIMARY KEY, name text NOT NULL, s st DEFAULT 'a');
CREATE TABLE c (id int PRIMARY KEY, a int REFERENCES a);
