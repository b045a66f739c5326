INSERT INTO t VALUES (1, 'x', NULL), (2, 'y', 'z');
