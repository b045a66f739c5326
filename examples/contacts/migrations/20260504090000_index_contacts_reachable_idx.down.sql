-- no-transaction
-- Undo of: create index public.contacts_reachable_idx
-- Why: the index contacts_reachable_idx of public.contacts is new.
-- Locks: SHARE UPDATE EXCLUSIVE on public.contacts: reads and writes go on; other DDL and vacuum wait.
-- Takes: milliseconds, whatever the size of the table.
-- Run: psql -X -v ON_ERROR_STOP=1 -f, or any runner that knows -- no-transaction; never inside a transaction. For
--   PostgreSQL 14 and later.

DROP INDEX CONCURRENTLY IF EXISTS public.contacts_reachable_idx;
