INSERT INTO kept VALUES (1);
INSERT INTO gone (kept, note) VALUES (1, 'x'), (NULL, 'y');
INSERT INTO child VALUES (1, 1);
