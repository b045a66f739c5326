-- Undo of: create index public.contacts_reachable_idx
-- Why: the index contacts_reachable_idx of public.contacts is new.
-- Run: psql -X -v ON_ERROR_STOP=1 -1 -f, or any runner that takes one transaction a file. For PostgreSQL 14 and
--   later.

-- The undo of the file before drops the index.
SELECT 1;
