-- Undo of: set not null public.contacts.company_name
-- Why: public.contacts.company_name becomes NOT NULL and loses its default.
-- Run: psql -X -v ON_ERROR_STOP=1 -1 -f, or any runner that takes one transaction a file. For PostgreSQL 14 and
--   later.

-- The undo of the file before takes the check away.
SELECT 1;
