CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'happy');
CREATE TABLE parent (id bigint GENERATED ALWAYS AS IDENTITY (START WITH 5) PRIMARY KEY, code varchar(10) UNIQUE);
CREATE TABLE t (
    id serial PRIMARY KEY,
    code varchar(10) DEFAULT 'a' CHECK (code IN ('a', 'b', 'it''s')),
    other varchar CHECK (other NOT IN ('x', 'y') OR other IS NULL),
    short char(3) DEFAULT 'abc' CHECK (short IN ('abc', 'def')),
    n smallint DEFAULT -1 CHECK (n BETWEEN -5 AND 5),
    m numeric(10, 2) DEFAULT 1.5 CHECK (m > 0 AND m::integer % 2 = 1),
    at timestamptz DEFAULT '2020-02-02 12:00:00+05',
    later timestamptz DEFAULT (now() + '1 day'),
    today date DEFAULT CURRENT_DATE,
    span interval DEFAULT '1 day 02:00:00',
    j jsonb DEFAULT '{"a": [1, 2]}' CHECK (j ? 'a' AND (j ->> 'a') IS NOT NULL),
    tags text[] DEFAULT ARRAY['x', 'y']::text[] CHECK (array_length(tags, 1) < 10),
    feeling mood DEFAULT 'happy' CHECK (feeling <> 'sad' OR code LIKE 'a%'),
    feelings mood[] DEFAULT '{sad,happy}',
    back text DEFAULT E'back\\slash\nnew line' CHECK (back !~ '^\s*$'),
    upper_code text GENERATED ALWAYS AS (upper(code) || '-' || coalesce(n, 0)::text) STORED,
    parent bigint REFERENCES parent ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT several CHECK (CASE WHEN n > 0 THEN m IS NOT NULL ELSE code = ANY ('{a,b}'::varchar[]) END),
    CONSTRAINT "odd Name" EXCLUDE USING btree (lower(back) WITH =) WHERE (n > 0)
);
CREATE INDEX ON t (lower(code), (n + 1) DESC NULLS LAST) WHERE code IN ('a', 'b') AND feeling = 'happy';
CREATE INDEX ON t ((j ->> 'a'), (at AT TIME ZONE 'UTC'));
CREATE UNIQUE INDEX ON t (code COLLATE "C" varchar_pattern_ops) INCLUDE (n) WHERE NOT (n = 1);
CREATE INDEX ON t USING gin (j jsonb_path_ops);
CREATE INDEX ON t ((CASE WHEN n IS NULL THEN 0 ELSE n END), date_trunc('day', at AT TIME ZONE 'UTC'));
