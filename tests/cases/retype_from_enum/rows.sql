INSERT INTO t SELECT i, ('l' || i % 4)::grade, ('l' || i % 3)::grade, 'n' || i FROM generate_series(1, 20) i;
