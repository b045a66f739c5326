INSERT INTO held SELECT i, i % 3 FROM generate_series(1, 20) i;
INSERT INTO kept SELECT i FROM generate_series(1, 20) i;
