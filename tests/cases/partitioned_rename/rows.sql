INSERT INTO other VALUES (1), (2);
INSERT INTO e VALUES (1, '2020-02-02', 'x', 1), (2, '2021-02-02', 'y', NULL), (3, '2021-02-02', 'z', 2), (4, '2030-02-02', 'w', 2);
