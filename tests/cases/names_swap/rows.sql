INSERT INTO p VALUES (1), (2);
INSERT INTO t (id, a, b, c, d, u, v) VALUES (1, 1, 2, 1, 2, 1, 2), (2, NULL, 1, 5, 6, 3, NULL);
