INSERT INTO p (note) VALUES ('x'), ('y');
INSERT INTO c (p) VALUES (1), (2), (2);
