-- What: add column public.contacts.company_id; add column public.contacts.company_name
-- Why: the column public.contacts.company_id is new; the column public.contacts.company_name is new.
-- When: now; old code runs on.
-- After it: old code runs on; new code waits for the other files of this phase.
-- Locks: ACCESS EXCLUSIVE on public.contacts: reads and writes wait.
-- Takes: milliseconds, whatever the size of the table.
-- Note: Old code does not write company_id: its rows have NULL there.
-- Note: Old code does not write company_name: its rows get the default.
-- Hazard select_star: prepared SELECT *, RETURNING * and positional INSERT or COPY on public.contacts break when its
--   columns change: name the columns, use .persistent(false), or recycle the pool after the file
-- Undo: the file beside it.
-- Run: psql -X -v ON_ERROR_STOP=1 -1 -f, or any runner that takes one transaction a file. For PostgreSQL 14 and
--   later.

SET LOCAL lock_timeout = '200ms';

ALTER TABLE public.contacts ADD COLUMN company_id uuid;
ALTER TABLE public.contacts ADD COLUMN company_name character varying(255);
ALTER TABLE public.contacts ALTER COLUMN company_name SET DEFAULT 'Unknown'::character varying;
