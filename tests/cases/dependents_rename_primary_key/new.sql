CREATE TABLE t (number int PRIMARY KEY, a text, b int);
CREATE TABLE lines (t int, n int);
CREATE VIEW v AS SELECT t.number AS id, t.a, sum(n) AS n FROM t JOIN lines l ON l.t = t.number GROUP BY t.number;
