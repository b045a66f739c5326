INSERT INTO e VALUES (1, '1', 1), (2, '1', 2), (1, '2', 3);
