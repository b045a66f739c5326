CREATE TABLE t (id int PRIMARY KEY, during tsrange, room int4range, CONSTRAINT t_room EXCLUDE USING gist (room WITH &&));
