INSERT INTO orgs (name) VALUES ('a'), ('b');
