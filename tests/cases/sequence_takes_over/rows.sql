INSERT INTO t (x) SELECT 'x' || i FROM generate_series(1, 20) i;
