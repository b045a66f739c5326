-- Undo of: create enum public.contact_status
-- Why: the enum public.contact_status is new.
-- Locks: none on tables that were there before.
-- Takes: milliseconds, whatever the size of the table.
-- Run: psql -X -v ON_ERROR_STOP=1 -1 -f, or any runner that takes one transaction a file. For PostgreSQL 14 and
--   later.

DROP TYPE public.contact_status;
