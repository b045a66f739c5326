CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE SEQUENCE s;
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE t (id int PRIMARY KEY, a int, b text, v varchar(20), p int, mood mood DEFAULT 'ok');
CREATE INDEX t_a ON t (a);
CREATE INDEX t_v ON t (v);
INSERT INTO p SELECT generate_series(1, 10);
INSERT INTO t SELECT i, i, 'b', 'v', 1 + i % 10 FROM generate_series(1, 1000) i;
