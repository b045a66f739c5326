-- backfill public.contacts.name
-- When: after the old code is gone.
-- Undo: the file beside it, together with the undo of the file before.
-- Run: psql -X -v ON_ERROR_STOP=1 -1 -f, or any runner that takes one transaction a file.

-- Its undo fills the column again.
SELECT 1;
