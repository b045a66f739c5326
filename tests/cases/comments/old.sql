CREATE SCHEMA app;
CREATE TYPE app.mood AS ENUM ('sad');
CREATE SEQUENCE app.s;
CREATE TABLE app.t (id int PRIMARY KEY, a int CONSTRAINT t_a CHECK (a > 0), changed int, gone int);
CREATE INDEX t_idx ON app.t (a);
COMMENT ON COLUMN app.t.changed IS 'before';
COMMENT ON COLUMN app.t.gone IS 'goes';
COMMENT ON TABLE app.t IS 'before';
