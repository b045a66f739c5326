CREATE TABLE t (id int PRIMARY KEY, a text, comes text);
CREATE VIEW v AS SELECT id, a, comes FROM t;
CREATE VIEW on_v AS SELECT a FROM v;
