CREATE TABLE t (id int PRIMARY KEY, full_name text NOT NULL, m bigint NOT NULL, other text NOT NULL DEFAULT 'o');
