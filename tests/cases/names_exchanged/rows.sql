INSERT INTO t SELECT i, 'b' || i FROM generate_series(1, 20) i;
INSERT INTO u SELECT i, i % 3 FROM generate_series(1, 20) i;
