INSERT INTO t VALUES (1, 'large'), (2, NULL);
INSERT INTO u VALUES (1, '{large,small}');
