INSERT INTO t (note) SELECT 'x' FROM generate_series(1, 20);
INSERT INTO u DEFAULT VALUES;
INSERT INTO v (id) SELECT generate_series(1, 20);
