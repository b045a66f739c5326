-- no-transaction
-- What: backfill public.contacts.company_name
-- Why: the column public.contacts.company_name is new.
-- When: now; old code runs on.
-- After it: old code runs on, and new code can be deployed.
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
    UPDATE public.contacts SET company_name = 'Unknown'
      WHERE id >= schemagen_first_1 AND id <= schemagen_last_1 AND (company_name IS NULL);
    COMMIT;
    SELECT id INTO schemagen_first_1 FROM public.contacts WHERE id > schemagen_last_1 ORDER BY id LIMIT 1;
  END LOOP;
END
$schemagen$;
