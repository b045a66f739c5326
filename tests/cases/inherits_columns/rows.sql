INSERT INTO i VALUES (1, 'a', 'b', 1, 1); INSERT INTO i_1 VALUES (2, 'a', 'b', 1, 1, 2); INSERT INTO "I 2" (id, a, b, n) VALUES (3, 'a', 'b', 1); INSERT INTO i_3 VALUES (4, 'a', NULL, 1, 1, 2);
