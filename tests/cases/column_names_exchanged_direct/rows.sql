INSERT INTO t VALUES (1, 7, 'seven', '2026-01-01'), (2, 8, NULL, NULL);
