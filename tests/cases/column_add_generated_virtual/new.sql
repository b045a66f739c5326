CREATE TABLE t (id int PRIMARY KEY, a int, b int, sum int GENERATED ALWAYS AS (a + b) VIRTUAL);
