CREATE TABLE t (id int PRIMARY KEY, a text, b text, joined text GENERATED ALWAYS AS (a || b) STORED);
