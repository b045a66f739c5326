CREATE TABLE t (a numeric(10,2) NOT NULL, at date, id int PRIMARY KEY);
