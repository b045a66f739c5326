INSERT INTO e SELECT i, chr(97 + i % 2) FROM generate_series(1, 20) i;
INSERT INTO own SELECT i, 'c' FROM generate_series(1, 20) i;
INSERT INTO h SELECT i, 'a' FROM generate_series(1, 20) i;
