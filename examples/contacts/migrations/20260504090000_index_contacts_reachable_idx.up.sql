-- no-transaction
-- What: create index public.contacts_reachable_idx
-- Why: the index contacts_reachable_idx of public.contacts is new.
-- When: now; old code runs on.
-- After it: old code runs on; new code waits for the other files of this phase.
-- Locks: SHARE UPDATE EXCLUSIVE on public.contacts: reads and writes go on; other DDL and vacuum wait.
-- Takes: one read of the table and a sort.
-- Note: Reads and writes go on. If the build fails it leaves an INVALID index: the next file says so and what to do.
-- Undo: the file beside it.
-- Run: psql -X -v ON_ERROR_STOP=1 -f, or any runner that knows -- no-transaction; never inside a transaction. For
--   PostgreSQL 14 and later.

CREATE INDEX CONCURRENTLY IF NOT EXISTS contacts_reachable_idx ON public.contacts USING btree (email) WHERE (email IS NOT NULL);
