CREATE SCHEMA "we""ird Schema";
COMMENT ON SCHEMA "we""ird Schema" IS 'it''s odd';
CREATE TYPE status AS ENUM ('active', 'in''active', 'arch"ived');
ALTER TYPE status ADD VALUE 'new' BEFORE 'in''active';
COMMENT ON TYPE status IS 'where it stands';
CREATE TYPE "we""ird Schema"."select" AS ENUM ('ä', 'b');
CREATE SEQUENCE counter AS integer INCREMENT 5 MINVALUE 2 START 7 CACHE 3 CYCLE;
COMMENT ON SEQUENCE counter IS 'counts';

CREATE TABLE orgs (
    id bigint GENERATED ALWAYS AS IDENTITY (START 100 INCREMENT 2) PRIMARY KEY,
    name varchar(255) NOT NULL UNIQUE
);
CREATE TABLE contacts (
    id uuid DEFAULT gen_random_uuid() CONSTRAINT contacts_pk PRIMARY KEY,
    n serial,
    org bigint REFERENCES orgs ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED,
    email text COLLATE "C" NOT NULL,
    st status DEFAULT 'active' NOT NULL,
    sts status[] DEFAULT '{active}',
    price numeric(10,2) CHECK (price > 0),
    v varchar(20) CHECK (v IN ('a', 'b')),
    low text GENERATED ALWAYS AS (lower(email)) STORED,
    at timestamptz DEFAULT '2020-01-01 00:00:00+02',
    span interval DEFAULT '1 day 02:00',
    ratio double precision DEFAULT 0.1,
    "Na""me x" text,
    "user" "we""ird Schema"."select" DEFAULT 'ä',
    big text,
    tuned text,
    UNIQUE (email, v) INCLUDE (n) WITH (fillfactor = 80),
    CHECK (n > 0 OR price IS NULL) NO INHERIT,
    CONSTRAINT whole CHECK (contacts IS NOT NULL) NOT VALID
) WITH (fillfactor = 70, toast.autovacuum_enabled = false);
ALTER TABLE contacts
    ALTER big SET STORAGE EXTERNAL,
    ALTER tuned SET STATISTICS 300,
    ALTER tuned SET (n_distinct = -0.5, n_distinct_inherited = 7),
    ALTER tuned SET COMPRESSION pglz,
    ADD CONSTRAINT later CHECK (email <> '') NOT VALID,
    REPLICA IDENTITY USING INDEX contacts_pk,
    CLUSTER ON contacts_pk,
    ENABLE ROW LEVEL SECURITY,
    FORCE ROW LEVEL SECURITY;
COMMENT ON TABLE contacts IS E'two\nlines';
COMMENT ON COLUMN contacts.email IS 'where to write';
COMMENT ON CONSTRAINT contacts_pk ON contacts IS 'the key';
CREATE INDEX mixed ON contacts (
    lower(email) COLLATE "POSIX" text_pattern_ops DESC,
    (email || v),
    v varchar_pattern_ops,
    n DESC NULLS LAST,
    "Na""me x" NULLS FIRST,
    email COLLATE "POSIX"
) INCLUDE (org) WITH (fillfactor = 60) WHERE price > 1 AND n IS NOT NULL;
COMMENT ON INDEX mixed IS 'of all kinds';
ALTER INDEX mixed ALTER COLUMN 2 SET STATISTICS 77;
CREATE UNIQUE INDEX "we""ird, idx (" ON contacts ("Na""me x");
CREATE INDEX words ON contacts USING gist (to_tsvector('simple'::regconfig, big) tsvector_ops (siglen = 64));
CREATE INDEX bloom ON contacts USING brin (n int4_bloom_ops (n_distinct_per_range = 100, false_positive_rate = 0.02), at);

CREATE UNLOGGED TABLE ranges (
    a int,
    EXCLUDE USING gist (int4range(a, a + 1) WITH &&) WITH (fillfactor = 50) WHERE (a > 0) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE parted (
    id bigint NOT NULL,
    day date NOT NULL,
    org bigint REFERENCES orgs,
    CHECK (id > 0),
    PRIMARY KEY (id, day)
) PARTITION BY RANGE (day);
CREATE INDEX parted_day ON parted (day);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE parted_rest PARTITION OF parted DEFAULT;
CREATE INDEX parted_rest_own ON parted_rest (org);
ALTER TABLE parted_rest ADD CONSTRAINT own CHECK (org > 0);
CREATE INDEX unattached ON ONLY parted (org);

CREATE TABLE base (a int CHECK (a > 1), b text DEFAULT 'x');
CREATE TABLE child (c int) INHERITS (base);
CREATE TABLE "we""ird Schema"."Täble. ""x"";--" (
    "col ,)" int PRIMARY KEY,
    "ααααααααααααααααααααααααααααααα" text,
    "123" int REFERENCES "we""ird Schema"."Täble. ""x"";--" MATCH FULL ON DELETE RESTRICT ON UPDATE SET DEFAULT
);
CREATE TABLE types (
    a int[], b bit varying(5), c char(3) DEFAULT 'a', d "char", e time(3) with time zone, f interval day to second(2),
    g jsonb DEFAULT '{"a": 1}', h bytea DEFAULT '\x00ff', i numeric, j timestamp(0)
);
CREATE TABLE empty ();

-- what never counts
CREATE TABLE _sqlx_migrations (version bigint PRIMARY KEY);
CREATE SCHEMA schemagen;
CREATE TABLE schemagen.progress (a int);
