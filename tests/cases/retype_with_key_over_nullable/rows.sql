INSERT INTO t SELECT i, to_jsonb(i + 0.25), date '2020-01-01' + i FROM generate_series(1, 20) i;
