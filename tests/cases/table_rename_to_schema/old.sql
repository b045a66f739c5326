CREATE SCHEMA "Old";
CREATE TABLE "Old"."a ""b" (id bigserial PRIMARY KEY, "x'y" text NOT NULL DEFAULT 'a''b', CONSTRAINT "k %s" UNIQUE ("x'y"));
COMMENT ON TABLE "Old"."a ""b" IS 'it''s
two lines';
CREATE TABLE refs (id int PRIMARY KEY, a bigint REFERENCES "Old"."a ""b");
