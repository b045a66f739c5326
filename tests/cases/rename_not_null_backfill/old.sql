CREATE TABLE t (id int PRIMARY KEY, name text, n int, other text NOT NULL DEFAULT 'o');
