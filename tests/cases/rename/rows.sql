INSERT INTO contacts (name, email) VALUES ('a', 'x'), ('b', NULL);
