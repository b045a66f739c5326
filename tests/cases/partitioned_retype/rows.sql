INSERT INTO e SELECT i, ('2020-06-01'::date + i * 100), i FROM generate_series(1, 9) i;
