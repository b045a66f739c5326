-- What: set not null public.contacts.company_name; drop default public.contacts.company_name
-- Why: public.contacts.company_name becomes NOT NULL and loses its default.
-- When: after the old code is gone.
-- After it: new code runs on; old code is no longer served.
-- Locks: ACCESS EXCLUSIVE on public.contacts: reads and writes wait.
-- Takes: milliseconds, whatever the size of the table.
-- Undo: the file beside it, together with the undo of the file before.
-- Run: psql -X -v ON_ERROR_STOP=1 -1 -f, or any runner that takes one transaction a file. For PostgreSQL 14 and
--   later.

SET LOCAL lock_timeout = '200ms';

ALTER TABLE public.contacts ALTER COLUMN company_name SET NOT NULL;
ALTER TABLE public.contacts DROP CONSTRAINT IF EXISTS contacts_company_name_nn;
ALTER TABLE public.contacts ALTER COLUMN company_name DROP DEFAULT;
