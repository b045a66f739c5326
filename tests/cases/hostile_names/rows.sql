INSERT INTO "select"."Weird ""Table"" -- x" VALUES (1, 'x', 2, 'a', 3), (2, DEFAULT, NULL, NULL, NULL);
