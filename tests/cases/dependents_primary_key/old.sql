CREATE TABLE t (id int PRIMARY KEY, a text, b int NOT NULL);
CREATE VIEW v AS SELECT id, a, count(*) FROM t GROUP BY id;
