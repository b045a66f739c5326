CREATE TABLE t (id int PRIMARY KEY, a text);
CREATE INDEX t_two ON t (a);
COMMENT ON INDEX t_two IS 'the same';
