CREATE TABLE t (name text PRIMARY KEY, no serial);
