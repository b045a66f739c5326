CREATE SCHEMA gone;
CREATE TYPE gone.kind AS ENUM ('a');
CREATE TABLE gone.t (id serial PRIMARY KEY, kind gone.kind);
COMMENT ON SCHEMA gone IS 'farewell';
