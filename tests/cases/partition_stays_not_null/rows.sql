INSERT INTO e VALUES (1, 1, 'x'), (2, 2, 'y');
