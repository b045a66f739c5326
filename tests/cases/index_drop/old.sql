CREATE TABLE t (id int PRIMARY KEY, a text);
CREATE INDEX t_a ON t (a);
CREATE UNIQUE INDEX t_lower ON t (lower(a));
COMMENT ON INDEX t_a IS 'Nobody uses it';
