INSERT INTO e VALUES (1, '2020-02-02', 'x'), (2, '2022-02-02', 'y');
