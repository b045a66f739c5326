INSERT INTO e VALUES ('x', 1, 10), ('y', 2, 11);
