CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TYPE unused AS ENUM ();
CREATE TABLE t (id int PRIMARY KEY, mood mood);
