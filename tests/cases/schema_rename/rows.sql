INSERT INTO "Old s".p (s) VALUES ('a'), ('b');
INSERT INTO "Old s".c (p, t) VALUES (1, 'x');
SELECT setval('"Old s".lone', 44);
