INSERT INTO orgs VALUES (1), (2);
INSERT INTO contacts (org, boss, name, email) VALUES (1, NULL, 'Ada', 'a@example.org'), (2, 1, 'Bob', NULL);
INSERT INTO calls VALUES (1, 1), (2, 2);
