INSERT INTO t (id, must) VALUES (1, 'x'), (2, 'y');
