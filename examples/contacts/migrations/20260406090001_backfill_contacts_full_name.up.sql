-- no-transaction
-- What: backfill public.contacts.full_name
-- Why: public.contacts.name is renamed to full_name, and both names must work while two versions run.
-- When: now; old code runs on.
-- After it: old code runs on; new code waits for the other files of this phase.
-- Locks: ROW EXCLUSIVE on public.contacts: reads and writes go on.
-- Takes: as long as rewriting the rows, in batches of a fraction of a second each.
-- Note: Old and new code run on; each batch holds its rows for a fraction of a second.
-- Undo: The undo of the column takes the values away with it.
-- Run: psql -X -v ON_ERROR_STOP=1 -f, or any runner that knows -- no-transaction; never inside a transaction. For
--   PostgreSQL 14 and later.

DO $schemagen$
DECLARE
  schemagen_first_1 public.contacts.id%TYPE;
  schemagen_last_1 public.contacts.id%TYPE;
BEGIN
  SELECT id INTO schemagen_first_1 FROM public.contacts ORDER BY id LIMIT 1;
  WHILE FOUND LOOP
    SELECT id INTO schemagen_last_1
      FROM (SELECT id FROM public.contacts WHERE id >= schemagen_first_1 ORDER BY id LIMIT 5000) batch
      ORDER BY id DESC LIMIT 1;
    UPDATE public.contacts SET full_name = full_name
      WHERE id >= schemagen_first_1 AND id <= schemagen_last_1 AND (full_name IS NULL AND name IS NOT NULL);
    COMMIT;
    SELECT id INTO schemagen_first_1 FROM public.contacts WHERE id > schemagen_last_1 ORDER BY id LIMIT 1;
  END LOOP;
END
$schemagen$;
