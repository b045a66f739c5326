INSERT INTO t VALUES (1, 'x', 1), (2, 'y', 2); INSERT INTO lines VALUES (1, 1), (1, 2), (2, 3);
