INSERT INTO users (name) SELECT 'x' || i FROM generate_series(1, 20) i;
