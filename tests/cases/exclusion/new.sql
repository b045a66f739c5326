CREATE TABLE t (id int PRIMARY KEY, during tsrange, room int4range, CONSTRAINT t_during EXCLUDE USING gist (during WITH &&) WHERE (id > 0));
