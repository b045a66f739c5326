-- Undo of: drop not null public.contacts.name
-- Why: public.contacts.name is renamed to full_name, and both names must work while two versions run.
-- Locks: SHARE UPDATE EXCLUSIVE on public.contacts: reads and writes go on; other DDL and vacuum wait.
-- Takes: one read of the table.
-- Run: psql -X -v ON_ERROR_STOP=1 -1 -f, or any runner that takes one transaction a file. For PostgreSQL 14 and
--   later.

ALTER TABLE public.contacts VALIDATE CONSTRAINT contacts_name_nn;
