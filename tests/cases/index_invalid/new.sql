CREATE TABLE t (id int PRIMARY KEY, a int, b int, c int, CONSTRAINT t_key UNIQUE (b, c));
CREATE INDEX t_again ON t (a);
CREATE UNIQUE INDEX t_unique ON t (b);
CREATE INDEX t_kept ON t (c);
CREATE INDEX t_other ON t (lower(a::text)) WHERE b > 0;
