-- create enum public.contact_status
-- When: now; old code runs on.
-- Locks: none on tables that were there before.
-- Takes: milliseconds, whatever the size of the table.
-- Undo: the file beside it.
-- Run: psql -X -v ON_ERROR_STOP=1 -1 -f, or any runner that takes one transaction a file.

CREATE TYPE public.contact_status AS ENUM ('active', 'inactive', 'archived');
