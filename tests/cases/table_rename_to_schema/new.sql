CREATE SCHEMA "Old";
CREATE SCHEMA n;
CREATE TABLE n."B %s" (id bigserial PRIMARY KEY, "z$z" text NOT NULL DEFAULT 'a''b', CONSTRAINT "k %s" UNIQUE ("z$z"));
COMMENT ON TABLE n."B %s" IS 'it''s
two lines';
CREATE TABLE refs (id int PRIMARY KEY, a bigint CONSTRAINT refs_a_fkey REFERENCES n."B %s");
