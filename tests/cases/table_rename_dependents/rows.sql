INSERT INTO contacts VALUES (1, 'Ada', '1815', '1'), (2, 'Bob', NULL, NULL);
