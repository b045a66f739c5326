CREATE TABLE t (id int PRIMARY KEY, a varchar(40), b text NOT NULL DEFAULT 'x');
CREATE INDEX t_a ON t (a);
