-- What: add column public.contacts.tier
-- Why: the column public.contacts.tier is new.
-- When: now; old code runs on.
-- After it: old code runs on, and new code can be deployed.
-- Locks: ACCESS EXCLUSIVE on public.contacts: reads and writes wait.
-- Takes: milliseconds, whatever the size of the table.
-- Note: Old code does not write tier: its rows get the default.
-- Hazard select_star: prepared SELECT *, RETURNING * and positional INSERT or COPY on public.contacts break when its
--   columns change: name the columns, use .persistent(false), or recycle the pool after the file
-- Undo: the file beside it.
-- Run: psql -X -v ON_ERROR_STOP=1 -1 -f, or any runner that takes one transaction a file. For PostgreSQL 14 and
--   later.

SET LOCAL lock_timeout = '200ms';

ALTER TABLE public.contacts ADD COLUMN tier character varying(20) DEFAULT 'free'::character varying NOT NULL;
