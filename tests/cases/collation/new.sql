CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE t (id int PRIMARY KEY, a text COLLATE ci, b text COLLATE ci, c text);
CREATE UNIQUE INDEX t_b ON t (b COLLATE "C");
