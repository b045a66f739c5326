CREATE TABLE t (id int PRIMARY KEY, a int, b int, c int);
CREATE INDEX t_again ON t (a);
CREATE UNIQUE INDEX t_unique ON t (b);
CREATE INDEX t_kept ON t (c);
CREATE INDEX t_kept_ccnew ON t (c);
CREATE UNIQUE INDEX t_other ON t (c, a);
CREATE UNIQUE INDEX t_key ON t (b, c);
UPDATE pg_index SET indisvalid = false
WHERE indexrelid IN ('t_again'::regclass, 't_unique'::regclass, 't_kept_ccnew'::regclass, 't_other'::regclass, 't_key'::regclass);
