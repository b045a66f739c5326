INSERT INTO "Old"."a ""b" ("x'y") VALUES ('1'), ('2');
INSERT INTO refs VALUES (1, 2);
