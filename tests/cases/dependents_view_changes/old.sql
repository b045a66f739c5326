CREATE TABLE t (id int PRIMARY KEY, a text, gone text);
CREATE VIEW v AS SELECT id, a, gone FROM t;
CREATE VIEW on_v AS SELECT a, gone FROM v;
