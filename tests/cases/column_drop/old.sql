CREATE TABLE t (id int PRIMARY KEY, phone varchar(50), note text DEFAULT 'none');
COMMENT ON COLUMN t.phone IS 'Digits';
