CREATE TABLE t (id int PRIMARY KEY, a text, b int);
CREATE TABLE lines (t int, n int);
CREATE VIEW v AS SELECT t.id AS id, t.a, sum(n) AS n FROM t JOIN lines l ON l.t = t.id GROUP BY t.id;
