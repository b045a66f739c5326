INSERT INTO a VALUES (1, 1, 'x'), (2, 2, NULL);
