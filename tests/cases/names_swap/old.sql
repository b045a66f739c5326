CREATE SEQUENCE free_seq;
CREATE TABLE p (id int CONSTRAINT p_a PRIMARY KEY);
CREATE TABLE t (id int CONSTRAINT t_one PRIMARY KEY, a int CONSTRAINT t_fk1 REFERENCES p, b int CONSTRAINT t_fk2 REFERENCES p,
  c int CONSTRAINT t_c1 CHECK (c > 0), d int CONSTRAINT t_c2 CHECK (d > 0), r int4range,
  n bigint DEFAULT nextval('free_seq'), u int CONSTRAINT t_u1 UNIQUE, v int CONSTRAINT t_u2 UNIQUE);
CREATE INDEX t_i1 ON t (c); CREATE INDEX t_i2 ON t (d);
