INSERT INTO t (id, no) VALUES (1, 10), (2, 20);
