-- set not null public.contacts.full_name
-- When: now; old code runs on.
-- Locks: ACCESS EXCLUSIVE on public.contacts: reads and writes wait.
-- Takes: milliseconds, whatever the size of the table.
-- Undo: the file beside it.
-- Run: psql -X -v ON_ERROR_STOP=1 -1 -f, or any runner that takes one transaction a file.

SET LOCAL lock_timeout = '200ms';

ALTER TABLE public.contacts ADD CONSTRAINT contacts_full_name_nn CHECK (full_name IS NOT NULL) NOT VALID;
