-- Undo of: set not null public.contacts.company_name; drop default public.contacts.company_name
-- Why: public.contacts.company_name becomes NOT NULL and loses its default.
-- Locks: ACCESS EXCLUSIVE on public.contacts: reads and writes wait.
-- Takes: milliseconds, whatever the size of the table.
-- Run: psql -X -v ON_ERROR_STOP=1 -1 -f, or any runner that takes one transaction a file. For PostgreSQL 14 and
--   later.

SET LOCAL lock_timeout = '200ms';

ALTER TABLE public.contacts ALTER COLUMN company_name SET DEFAULT 'Unknown'::character varying;
ALTER TABLE public.contacts ALTER COLUMN company_name DROP NOT NULL;
ALTER TABLE public.contacts ADD CONSTRAINT contacts_company_name_nn CHECK (company_name IS NOT NULL) NOT VALID;
