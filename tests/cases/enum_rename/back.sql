CREATE TYPE st AS ENUM ('a', 'b', 'c');
CREATE TABLE t (id int PRIMARY KEY, s st NOT NULL DEFAULT 'a', many st[], CHECK (s <> 'b'));
CREATE INDEX t_s ON t (id) WHERE s = 'a';
CREATE TABLE u (id int PRIMARY KEY, s st);
