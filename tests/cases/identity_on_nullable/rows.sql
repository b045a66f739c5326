INSERT INTO t (id, n, always) VALUES (1, 10, 100), (2, 11, 7), (3, NULL, NULL);
