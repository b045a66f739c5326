INSERT INTO t (a, b) SELECT i, to_json(i)::text FROM generate_series(1, 20) i;
