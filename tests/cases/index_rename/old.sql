CREATE TABLE t (id int PRIMARY KEY, a text);
CREATE INDEX t_one ON t (a);
COMMENT ON INDEX t_one IS 'the same';
