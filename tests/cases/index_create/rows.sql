INSERT INTO t VALUES (1, 'x', 1, '{}', '[1,2)'), (2, NULL, NULL, NULL, NULL);
