INSERT INTO t VALUES (1, '1', 'x'), (2, '2', NULL); INSERT INTO u VALUES (1, '1', 'x');
