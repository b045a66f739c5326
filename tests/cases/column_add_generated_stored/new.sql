CREATE TABLE t (id int PRIMARY KEY, a text, b text, both text GENERATED ALWAYS AS (a || b) STORED);
