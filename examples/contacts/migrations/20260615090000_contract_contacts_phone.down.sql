-- Undo of: drop column public.contacts.phone
-- Why: the column public.contacts.phone is no longer wanted.
-- Locks: ACCESS EXCLUSIVE on public.contacts: reads and writes wait.
-- Takes: milliseconds, whatever the size of the table.
-- Run: psql -X -v ON_ERROR_STOP=1 -1 -f, or any runner that takes one transaction a file. For PostgreSQL 14 and
--   later.

SET LOCAL lock_timeout = '200ms';

ALTER TABLE public.contacts ADD COLUMN phone character varying(50);
