-- What: add label public.contact_status: pending
-- Why: the enum public.contact_status gains pending.
-- When: now; old code runs on.
-- After it: old code runs on, and new code can be deployed.
-- Locks: none on tables that were there before.
-- Takes: milliseconds, whatever the size of the table.
-- Hazard unknown_label: new code may write pending, which old code cannot decode: deploy code that reads it before
--   code that writes it
-- Undo: PostgreSQL cannot drop an enum label: the added labels stay.
-- Run: psql -X -v ON_ERROR_STOP=1 -1 -f, or any runner that takes one transaction a file. For PostgreSQL 14 and
--   later.

ALTER TYPE public.contact_status ADD VALUE IF NOT EXISTS 'pending' BEFORE 'active';
