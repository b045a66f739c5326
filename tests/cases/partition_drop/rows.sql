INSERT INTO p VALUES (1); INSERT INTO e VALUES (1, '2020-02-02', 'x', 1), (5, '2021-02-02', 'x', 1); INSERT INTO h VALUES (1, 'a'), (2, 'b'), (3, 'c'); INSERT INTO l VALUES ('a', 1), ('z', 2);
