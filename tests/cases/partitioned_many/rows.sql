INSERT INTO pt SELECT g, g, g + 1 FROM generate_series(0, 1999, 5) AS g;
INSERT INTO pt_200 VALUES (2000, 2001, 1);
