CREATE TABLE t (id serial PRIMARY KEY, a serial, b bigserial);
CREATE TABLE refs (id int PRIMARY KEY, t int REFERENCES t);
