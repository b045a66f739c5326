CREATE TABLE t (id int PRIMARY KEY, y int NOT NULL DEFAULT 5 CONSTRAINT t_x_check CHECK (y > 0), x text, w date);
CREATE INDEX t_x ON t (y) WHERE x IS NOT NULL;
CREATE VIEW v AS SELECT y AS x, x AS y, w AS z FROM t;
