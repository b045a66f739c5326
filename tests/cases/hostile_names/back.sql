CREATE SCHEMA "select";
CREATE TYPE "select"."My ""Type""" AS ENUM ('a', 'b''c "d"
e');
CREATE TABLE "select"."Weird ""Table"" -- x" (
    "user" int PRIMARY KEY,
    "a b" text NOT NULL DEFAULT 'it''s $schemagen$ $$',
    "new
line" int,
    "schöner Name 🦀" "select"."My ""Type""",
    "gone; DROP TABLE x" int
);
CREATE INDEX "in dex" ON "select"."Weird ""Table"" -- x" ("a b", "new
line");
