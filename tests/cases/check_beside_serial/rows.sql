INSERT INTO t SELECT i, 'c' || i, 5 + i FROM generate_series(1, 20) i;
