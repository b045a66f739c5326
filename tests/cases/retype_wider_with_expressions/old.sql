CREATE TABLE t (id int PRIMARY KEY, a varchar(20) NOT NULL CONSTRAINT t_a CHECK (a <> ''));
CREATE INDEX t_lower ON t (lower(a)) WHERE a <> 'x';
