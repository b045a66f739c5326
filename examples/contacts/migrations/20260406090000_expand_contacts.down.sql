-- Undo of: add column public.contacts.full_name; create sync public.contacts.name and full_name
-- Why: public.contacts.name is renamed to full_name, and both names must work while two versions run.
-- Locks: ACCESS EXCLUSIVE on public.contacts: reads and writes wait.
-- Takes: milliseconds, whatever the size of the table.
-- Run: psql -X -v ON_ERROR_STOP=1 -1 -f, or any runner that takes one transaction a file. For PostgreSQL 14 and
--   later.

SET LOCAL lock_timeout = '200ms';

DROP TRIGGER zz_schemagen_sync_contacts_name_full_name ON public.contacts;
DROP FUNCTION public.schemagen_sync_contacts_name_full_name();
ALTER TABLE public.contacts DROP COLUMN full_name;
