CREATE TABLE t (id int PRIMARY KEY, a text COMPRESSION pglz, b text, c int);
ALTER TABLE t ALTER a SET STORAGE MAIN, ALTER a SET STATISTICS 1000, ALTER c SET (n_distinct = -0.5, n_distinct_inherited = 3);
