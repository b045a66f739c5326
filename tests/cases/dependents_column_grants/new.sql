CREATE TABLE t (id int PRIMARY KEY, "x y" text, b text);
GRANT SELECT, UPDATE ("x y") ON t TO pg_monitor WITH GRANT OPTION;
GRANT SELECT ("x y") ON t TO PUBLIC;
