CREATE SCHEMA "select";
CREATE TYPE "select"."My ""Type""" AS ENUM ('a', 'b''c "d"
e');
CREATE TABLE "select"."Weird ""Table"" -- x" (
    "user" int PRIMARY KEY,
    "c d" text NOT NULL DEFAULT 'it''s $schemagen$ $$',
    "new
line" int NOT NULL,
    "schöner Name 🦀" "select"."My ""Type""",
    "table" bigint DEFAULT 0 CONSTRAINT "check -- it" CHECK ("table" >= 0)
);
CREATE INDEX "in dex" ON "select"."Weird ""Table"" -- x" ("c d", "new
line");
CREATE INDEX "quo""te" ON "select"."Weird ""Table"" -- x" (lower("c d"));
COMMENT ON COLUMN "select"."Weird ""Table"" -- x"."user" IS 'a
-- b */ c';
