-- What: drop sync public.contacts.name and full_name; drop column public.contacts.name
-- Why: public.contacts.name is renamed to full_name, and both names must work while two versions run.
-- When: after the old code is gone.
-- After it: new code runs on; old code is no longer served.
-- Locks: ACCESS EXCLUSIVE on public.contacts: reads and writes wait.
-- Takes: milliseconds, whatever the size of the table.
-- Note: Deploy code that no longer uses the old column, and retire the old code, before this file.
-- Note: Its values live on in the column that took its place; the undo brings them back.
-- Hazard select_star: prepared SELECT *, RETURNING * and positional INSERT or COPY on public.contacts break when its
--   columns change: name the columns, use .persistent(false), or recycle the pool after the file
-- Undo: the file beside it, together with the undo of the file before.
-- Run: psql -X -v ON_ERROR_STOP=1 -1 -f, or any runner that takes one transaction a file. For PostgreSQL 14 and
--   later.

SET LOCAL lock_timeout = '200ms';

DROP TRIGGER zz_schemagen_sync_contacts_name_full_name ON public.contacts;
DROP FUNCTION public.schemagen_sync_contacts_name_full_name();
ALTER TABLE public.contacts ALTER COLUMN name DROP NOT NULL;
ALTER TABLE public.contacts DROP COLUMN name;
