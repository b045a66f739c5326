INSERT INTO t (id, a, k) VALUES (1, 1, 1), (2, NULL, NULL);
