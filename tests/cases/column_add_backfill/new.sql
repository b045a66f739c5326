CREATE TABLE t (id int PRIMARY KEY, name text, company varchar(255) NOT NULL, size int);
