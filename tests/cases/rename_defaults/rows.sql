INSERT INTO t (id) VALUES (1), (2);
INSERT INTO t VALUES (3, 'y', gen_random_uuid(), NULL, '{"a": 1.0}');
