-- What: create enum public.contact_status
-- Why: the enum public.contact_status is new.
-- When: now; old code runs on.
-- After it: old code runs on; new code waits for the other files of this phase.
-- Locks: none on tables that were there before.
-- Takes: milliseconds, whatever the size of the table.
-- Undo: the file beside it.
-- Run: psql -X -v ON_ERROR_STOP=1 -1 -f, or any runner that takes one transaction a file. For PostgreSQL 14 and
--   later.

CREATE TYPE public.contact_status AS ENUM ('active', 'inactive', 'archived');
