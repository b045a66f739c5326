CREATE TABLE t (id int4range, during tsrange, CONSTRAINT t_key PRIMARY KEY (id, during WITHOUT OVERLAPS));
CREATE TABLE u (id int4range, during tsrange, other int4range, CONSTRAINT u_id UNIQUE (id, during WITHOUT OVERLAPS));
CREATE TABLE c (id int PRIMARY KEY, t int4range, during tsrange, gone int4range,
    CONSTRAINT c_t FOREIGN KEY (t, PERIOD during) REFERENCES t (id, PERIOD during));
CREATE TABLE v (id int4range, during tsrange, CONSTRAINT v_key PRIMARY KEY (id, during WITHOUT OVERLAPS));
