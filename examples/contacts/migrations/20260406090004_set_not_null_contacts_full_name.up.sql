-- What: set not null public.contacts.full_name
-- Why: public.contacts.name is renamed to full_name, and both names must work while two versions run.
-- When: now; old code runs on.
-- After it: old code runs on, and new code can be deployed.
-- Locks: ACCESS EXCLUSIVE on public.contacts: reads and writes wait.
-- Takes: milliseconds, whatever the size of the table.
-- Undo: the file beside it, together with the undo of the file before.
-- Run: psql -X -v ON_ERROR_STOP=1 -1 -f, or any runner that takes one transaction a file. For PostgreSQL 14 and
--   later.

SET LOCAL lock_timeout = '200ms';

ALTER TABLE public.contacts ALTER COLUMN full_name SET NOT NULL;
ALTER TABLE public.contacts DROP CONSTRAINT IF EXISTS contacts_full_name_nn;
