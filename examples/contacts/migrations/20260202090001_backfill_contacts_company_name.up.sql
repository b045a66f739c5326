-- no-transaction
-- What: backfill public.contacts.company_name
-- Why: the column public.contacts.company_name is new.
-- When: now; old code runs on.
-- After it: old code runs on, and new code can be deployed.
-- Locks: ROW EXCLUSIVE on public.contacts: reads and writes go on.
-- Takes: as long as rewriting the rows, in batches of a fraction of a second each.
-- Note: Old and new code run on; each batch holds its rows for a fraction of a second, and gives way to clients that
--   hold one of them.
-- Undo: The undo of the column takes the values away with it.
-- Run: psql -X -v ON_ERROR_STOP=1 -f, or any runner that knows -- no-transaction; never inside a transaction. For
--   PostgreSQL 14 and later.

DO $schemagen$
DECLARE
  schemagen_first_1 public.contacts.id%TYPE;
  schemagen_last_1 public.contacts.id%TYPE;
  schemagen_rows integer := 5000;
  schemagen_done boolean;
BEGIN
  SELECT id INTO schemagen_first_1 FROM public.contacts ORDER BY id LIMIT 1;
  WHILE FOUND LOOP
    SELECT id INTO schemagen_last_1
      FROM (SELECT id FROM public.contacts WHERE id >= schemagen_first_1 ORDER BY id LIMIT schemagen_rows) batch
      ORDER BY id DESC LIMIT 1;
    BEGIN
      SET LOCAL lock_timeout = '200ms';
      UPDATE public.contacts SET company_name = 'Unknown'
        WHERE id >= schemagen_first_1 AND id <= schemagen_last_1 AND (company_name IS NULL);
      schemagen_done := true;
    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
      schemagen_done := false;
    END;
    COMMIT;
    IF schemagen_done THEN
      schemagen_rows := least(2 * schemagen_rows, 5000);
      SELECT id INTO schemagen_first_1 FROM public.contacts WHERE id > schemagen_last_1 ORDER BY id LIMIT 1;
    ELSE
      schemagen_rows := greatest(schemagen_rows / 4, 1);
      PERFORM pg_catalog.pg_sleep(0.1);
    END IF;
  END LOOP;
END
$schemagen$;
