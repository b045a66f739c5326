-- Undo of: create table public.contacts
-- Why: the table public.contacts is new.
-- Locks: ACCESS EXCLUSIVE on public.contacts: reads and writes wait.
-- Locks: ACCESS EXCLUSIVE on public.organizations: reads and writes wait.
-- Takes: milliseconds, whatever the size of the table.
-- Run: psql -X -v ON_ERROR_STOP=1 -1 -f, or any runner that takes one transaction a file. For PostgreSQL 14 and
--   later.

SET LOCAL lock_timeout = '100ms';

DO $schemagen$
BEGIN
  IF NOT pg_catalog.string_to_array(coalesce(pg_catalog.current_setting('schemagen.allow_data_loss', true), ''), ',') && ARRAY['all', 'public.contacts', 'contacts']
    AND EXISTS (SELECT 1 FROM public.contacts) THEN
    RAISE EXCEPTION USING MESSAGE = 'going back would lose rows of public.contacts',
      HINT = 'to lose them: SET schemagen.allow_data_loss = ''public.contacts'', and run this file again';
  END IF;
END
$schemagen$;
DROP TABLE public.contacts;
