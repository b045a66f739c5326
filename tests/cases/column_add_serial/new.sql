CREATE TABLE t (name text PRIMARY KEY, no serial);
COMMENT ON SEQUENCE t_no_seq IS 'where numbers come from';
