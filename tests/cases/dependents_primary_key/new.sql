CREATE TABLE t (id int NOT NULL, a text, b int PRIMARY KEY);
CREATE VIEW v AS SELECT id, a, count(*) FROM t GROUP BY id, a;
