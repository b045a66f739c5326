-- What: nothing forward; a place for the undo of: drop not null public.contacts.name
-- Why: public.contacts.name is renamed to full_name, and both names must work while two versions run.
-- When: after the old code is gone.
-- Undo: the file beside it.
-- Run: psql -X -v ON_ERROR_STOP=1 -1 -f, or any runner that takes one transaction a file. For PostgreSQL 14 and
--   later.

-- Its undo sets NOT NULL again, after the check that proves it.
SELECT 1;
