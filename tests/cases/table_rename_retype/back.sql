CREATE TABLE a (id int PRIMARY KEY, n int NOT NULL DEFAULT 7, m varchar(20));
CREATE INDEX a_n ON a (n);
