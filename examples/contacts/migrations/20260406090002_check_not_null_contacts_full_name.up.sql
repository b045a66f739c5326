-- What: set not null public.contacts.full_name
-- Why: public.contacts.name is renamed to full_name, and both names must work while two versions run.
-- When: now; old code runs on.
-- After it: old code runs on; new code waits for the other files of this phase.
-- Locks: ACCESS EXCLUSIVE on public.contacts: reads and writes wait.
-- Takes: milliseconds, whatever the size of the table.
-- Note: Once the check is validated, SET NOT NULL need not read the table under its lock.
-- Undo: the file beside it.
-- Run: psql -X -v ON_ERROR_STOP=1 -1 -f, or any runner that takes one transaction a file. For PostgreSQL 14 and
--   later.

SET LOCAL lock_timeout = '200ms';

ALTER TABLE public.contacts ADD CONSTRAINT contacts_full_name_nn CHECK (full_name IS NOT NULL) NOT VALID;
