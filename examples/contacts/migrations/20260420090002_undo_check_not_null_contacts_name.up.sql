-- What: nothing forward; a place for the undo of: drop not null public.contacts.name
-- Why: public.contacts.name is renamed to full_name, and both names must work while two versions run.
-- When: after the old code is gone.
-- Undo: the file beside it, together with the undo of the file before.
-- Run: psql -X -v ON_ERROR_STOP=1 -1 -f, or any runner that takes one transaction a file. For PostgreSQL 14 and
--   later.

-- Its undo adds the check that proves NOT NULL, once the column is filled again.
SELECT 1;
