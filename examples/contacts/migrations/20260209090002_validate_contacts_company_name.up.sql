-- set not null public.contacts.company_name
-- When: after the old code is gone.
-- Locks: SHARE UPDATE EXCLUSIVE on public.contacts: reads and writes go on; other DDL and vacuum wait.
-- Takes: one read of the table.
-- Undo: The undo of the file before takes the check away.
-- Run: psql -X -v ON_ERROR_STOP=1 -1 -f, or any runner that takes one transaction a file.

ALTER TABLE public.contacts VALIDATE CONSTRAINT contacts_company_name_nn;
