-- What: drop column public.contacts.phone
-- Why: the column public.contacts.phone is no longer wanted.
-- When: after the old code is gone.
-- After it: new code runs on; old code is no longer served.
-- Locks: ACCESS EXCLUSIVE on public.contacts: reads and writes wait.
-- Takes: milliseconds, whatever the size of the table.
-- Note: The undo adds the column again; its values are lost.
-- Hazard data_loss: the column public.contacts.phone and its values are dropped
-- Hazard select_star: prepared SELECT *, RETURNING * and positional INSERT or COPY on public.contacts break when its
--   columns change: name the columns, use .persistent(false), or recycle the pool after the file
-- Undo: the file beside it brings the structure back, not the data.
-- Run: psql -X -v ON_ERROR_STOP=1 -1 -f, or any runner that takes one transaction a file. For PostgreSQL 14 and
--   later.

SET LOCAL lock_timeout = '200ms';

ALTER TABLE public.contacts DROP COLUMN phone;
