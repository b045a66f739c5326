INSERT INTO t VALUES (1, 'one', 1), (2, 'hidden', 2), (3, '', 3);
