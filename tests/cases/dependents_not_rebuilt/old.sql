CREATE TABLE t (id int PRIMARY KEY, a varchar(20));
CREATE FUNCTION of_t(wanted int) RETURNS text LANGUAGE sql IMMUTABLE BEGIN ATOMIC SELECT a FROM t WHERE id = wanted; END;
CREATE TABLE held (id int PRIMARY KEY, b text DEFAULT of_t(1));
