INSERT INTO orgs VALUES (1);
INSERT INTO contacts (id, name, born, phone, score, org) VALUES (1, 'Ada', '1815-12-10', '1', 5, 1), (2, 'Bob', NULL, NULL, 0, NULL);
INSERT INTO calls VALUES (1, 1), (2, 2);
