-- Undo of: add column public.contacts.company_id; add column public.contacts.company_name
-- Why: the column public.contacts.company_id is new; the column public.contacts.company_name is new.
-- Locks: ACCESS EXCLUSIVE on public.contacts: reads and writes wait.
-- Takes: milliseconds, whatever the size of the table.
-- Run: psql -X -v ON_ERROR_STOP=1 -1 -f, or any runner that takes one transaction a file. For PostgreSQL 14 and
--   later.

SET LOCAL lock_timeout = '200ms';

DO $schemagen$
BEGIN
  IF NOT pg_catalog.string_to_array(coalesce(pg_catalog.current_setting('schemagen.allow_data_loss', true), ''), ',') && ARRAY['all', 'public.contacts.company_name', 'contacts.company_name']
    AND EXISTS (SELECT 1 FROM public.contacts WHERE company_name IS NOT NULL AND (company_name)::pg_catalog.text IS DISTINCT FROM (('Unknown'::character varying)::character varying(255))::pg_catalog.text AND (company_name)::pg_catalog.text IS DISTINCT FROM (('Unknown')::character varying(255))::pg_catalog.text) THEN
    RAISE EXCEPTION USING MESSAGE = 'going back would lose values of public.contacts.company_name',
      HINT = 'to lose them: SET schemagen.allow_data_loss = ''public.contacts.company_name'', and run this file again';
  END IF;
END
$schemagen$;
ALTER TABLE public.contacts DROP COLUMN company_name;
DO $schemagen$
BEGIN
  IF NOT pg_catalog.string_to_array(coalesce(pg_catalog.current_setting('schemagen.allow_data_loss', true), ''), ',') && ARRAY['all', 'public.contacts.company_id', 'contacts.company_id']
    AND EXISTS (SELECT 1 FROM public.contacts WHERE company_id IS NOT NULL) THEN
    RAISE EXCEPTION USING MESSAGE = 'going back would lose values of public.contacts.company_id',
      HINT = 'to lose them: SET schemagen.allow_data_loss = ''public.contacts.company_id'', and run this file again';
  END IF;
END
$schemagen$;
ALTER TABLE public.contacts DROP COLUMN company_id;
