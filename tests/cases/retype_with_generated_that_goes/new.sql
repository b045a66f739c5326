CREATE TABLE t (a int PRIMARY KEY, b json NOT NULL, x int);
