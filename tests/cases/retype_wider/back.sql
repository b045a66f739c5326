CREATE TABLE t (id int PRIMARY KEY, a varchar(40), b text, c numeric(12, 2), d text);
CREATE INDEX t_a ON t (a);
