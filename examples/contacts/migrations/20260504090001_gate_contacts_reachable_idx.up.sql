-- What: create index public.contacts_reachable_idx
-- Why: the index contacts_reachable_idx of public.contacts is new.
-- When: now; old code runs on.
-- After it: old code runs on, and new code can be deployed.
-- Locks: none on tables that were there before.
-- Takes: milliseconds, whatever the size of the table.
-- Undo: The undo of the file before drops the index.
-- Run: psql -X -v ON_ERROR_STOP=1 -1 -f, or any runner that takes one transaction a file. For PostgreSQL 14 and
--   later.

DO $schemagen$
BEGIN
  IF NOT EXISTS (
    SELECT FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
    JOIN pg_catalog.pg_am m ON m.oid = c.relam
    WHERE i.indexrelid = pg_catalog.to_regclass('public.contacts_reachable_idx')
      AND i.indrelid = pg_catalog.to_regclass('public.contacts')
      AND i.indisvalid AND i.indisready AND NOT i.indisunique AND m.amname = 'btree'
      AND i.indpred IS NOT NULL
      AND ARRAY(SELECT a.attname::text FROM pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY k(attnum, place)
                LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
                ORDER BY k.place) = ARRAY['email']::text[]
  ) THEN
    RAISE EXCEPTION USING MESSAGE = 'the index public.contacts_reachable_idx is missing, invalid or another one',
      HINT = 'DROP INDEX CONCURRENTLY public.contacts_reachable_idx; then run the file before this one again';
  END IF;
END
$schemagen$;
