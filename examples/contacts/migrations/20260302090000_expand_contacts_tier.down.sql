-- Undo of: add column public.contacts.tier
-- Why: the column public.contacts.tier is new.
-- Locks: ACCESS EXCLUSIVE on public.contacts: reads and writes wait.
-- Takes: milliseconds, whatever the size of the table.
-- Run: psql -X -v ON_ERROR_STOP=1 -1 -f, or any runner that takes one transaction a file. For PostgreSQL 14 and
--   later.

SET LOCAL lock_timeout = '200ms';

DO $schemagen$
BEGIN
  IF NOT pg_catalog.string_to_array(coalesce(pg_catalog.current_setting('schemagen.allow_data_loss', true), ''), ',') && ARRAY['all', 'public.contacts.tier', 'contacts.tier']
    AND EXISTS (SELECT 1 FROM public.contacts WHERE tier IS NOT NULL AND (tier)::pg_catalog.text IS DISTINCT FROM (('free'::character varying)::character varying(20))::pg_catalog.text) THEN
    RAISE EXCEPTION USING MESSAGE = 'going back would lose values of public.contacts.tier',
      HINT = 'to lose them: SET schemagen.allow_data_loss = ''public.contacts.tier'', and run this file again';
  END IF;
END
$schemagen$;
ALTER TABLE public.contacts DROP COLUMN tier;
