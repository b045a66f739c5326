-- Undo of: add label public.contact_status: pending
-- Why: the enum public.contact_status gains pending.
-- Run: psql -X -v ON_ERROR_STOP=1 -1 -f, or any runner that takes one transaction a file. For PostgreSQL 14 and
--   later.

-- PostgreSQL cannot drop an enum label: the added labels stay.
SELECT 1;
