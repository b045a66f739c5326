CREATE TABLE t (id int4range, during tsrange, CONSTRAINT t_key PRIMARY KEY (id, during WITHOUT OVERLAPS));
CREATE TABLE u (id int4range, during tsrange, other int4range, CONSTRAINT u_other UNIQUE (other, during WITHOUT OVERLAPS));
CREATE TABLE c (id int PRIMARY KEY, t int4range, during tsrange, gone int4range,
    CONSTRAINT c_gone FOREIGN KEY (gone, PERIOD during) REFERENCES t (id, PERIOD during));
CREATE TABLE v (id int4range NOT NULL, during tsrange NOT NULL);
