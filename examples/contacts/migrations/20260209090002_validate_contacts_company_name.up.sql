-- What: set not null public.contacts.company_name
-- Why: public.contacts.company_name becomes NOT NULL and loses its default.
-- When: after the old code is gone.
-- After it: new code runs on; old code is no longer served.
-- Locks: SHARE UPDATE EXCLUSIVE on public.contacts: reads and writes go on; other DDL and vacuum wait.
-- Takes: one read of the table.
-- Undo: The undo of the file before takes the check away.
-- Run: psql -X -v ON_ERROR_STOP=1 -1 -f, or any runner that takes one transaction a file. For PostgreSQL 14 and
--   later.

ALTER TABLE public.contacts VALIDATE CONSTRAINT contacts_company_name_nn;
