CREATE TABLE t (id int PRIMARY KEY, a text, b int NOT NULL, gone int);
CREATE INDEX t_a ON t (a);
