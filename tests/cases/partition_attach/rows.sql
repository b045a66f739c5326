INSERT INTO p VALUES (1); INSERT INTO e VALUES (1, '2020-02-02', 'x', 1); INSERT INTO e_2 (id, at, a, p) VALUES (5, '2021-02-02', 'x', 1); INSERT INTO l VALUES ('c', 1), ('z', 2); INSERT INTO l_a VALUES ('a', 1);
INSERT INTO h_1 SELECT n, 'a' FROM generate_series(1, 20) n WHERE satisfies_hash_partition('h'::regclass, 2, 1, n);
