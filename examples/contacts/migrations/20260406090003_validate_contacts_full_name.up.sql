-- What: set not null public.contacts.full_name
-- Why: public.contacts.name is renamed to full_name, and both names must work while two versions run.
-- When: now; old code runs on.
-- After it: old code runs on; new code waits for the other files of this phase.
-- Locks: SHARE UPDATE EXCLUSIVE on public.contacts: reads and writes go on; other DDL and vacuum wait.
-- Takes: one read of the table.
-- Undo: The undo of the file before takes the check away.
-- Run: psql -X -v ON_ERROR_STOP=1 -1 -f, or any runner that takes one transaction a file. For PostgreSQL 14 and
--   later.

ALTER TABLE public.contacts VALIDATE CONSTRAINT contacts_full_name_nn;
