INSERT INTO a (x, "Y 1") VALUES ('1', 1), ('2', 2); INSERT INTO s."b;" VALUES (1, 2, 'y'); INSERT INTO c VALUES (1, 2);
