CREATE TABLE t (id int PRIMARY KEY, cents int NOT NULL CHECK (cents >= 0));
