-- Undo of: backfill public.contacts.full_name
-- Why: public.contacts.name is renamed to full_name, and both names must work while two versions run.
-- Run: psql -X -v ON_ERROR_STOP=1 -1 -f, or any runner that takes one transaction a file. For PostgreSQL 14 and
--   later.

-- The undo of the column takes the values away with it.
SELECT 1;
