-- What: set not null public.contacts.company_name
-- Why: public.contacts.company_name becomes NOT NULL and loses its default.
-- When: after the old code is gone.
-- After it: new code runs on; old code is no longer served.
-- Locks: ACCESS EXCLUSIVE on public.contacts: reads and writes wait.
-- Takes: milliseconds, whatever the size of the table.
-- Note: Once the check is validated, SET NOT NULL need not read the table under its lock.
-- Undo: the file beside it.
-- Run: psql -X -v ON_ERROR_STOP=1 -1 -f, or any runner that takes one transaction a file. For PostgreSQL 14 and
--   later.

SET LOCAL lock_timeout = '200ms';

ALTER TABLE public.contacts ADD CONSTRAINT contacts_company_name_nn CHECK (company_name IS NOT NULL) NOT VALID;
