CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL) WITH (fillfactor = 70, autovacuum_enabled = off);
CREATE UNIQUE INDEX t_a ON t (a);
ALTER TABLE t REPLICA IDENTITY FULL;
ALTER TABLE t CLUSTER ON t_pkey;
