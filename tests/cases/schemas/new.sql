CREATE SCHEMA one;
CREATE SCHEMA two;
CREATE TYPE two.kind AS ENUM ('a');
CREATE TABLE one.t (id int PRIMARY KEY, kind two.kind);
CREATE TABLE t (id int PRIMARY KEY, one int CONSTRAINT t_one REFERENCES one.t);
CREATE TABLE two.t (id int PRIMARY KEY, one int REFERENCES one.t, plain int REFERENCES public.t);
CREATE INDEX t_kind ON one.t (kind);
CREATE INDEX t_kind ON two.t (one);
