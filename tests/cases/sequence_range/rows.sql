SELECT setval('used', 20), setval('beyond', 400);
INSERT INTO t (id, x) SELECT i, 'x' || i FROM generate_series(-20, -1) i;
