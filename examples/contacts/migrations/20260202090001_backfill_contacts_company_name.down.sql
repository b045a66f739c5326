-- Undo of: backfill public.contacts.company_name
-- Why: the column public.contacts.company_name is new.
-- Run: psql -X -v ON_ERROR_STOP=1 -1 -f, or any runner that takes one transaction a file. For PostgreSQL 14 and
--   later.

-- The undo of the column takes the values away with it.
SELECT 1;
