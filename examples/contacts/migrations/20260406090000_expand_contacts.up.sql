-- What: add column public.contacts.full_name; create sync public.contacts.name and full_name
-- Why: public.contacts.name is renamed to full_name, and both names must work while two versions run.
-- When: now; old code runs on.
-- After it: old code runs on; new code waits for the other files of this phase.
-- Locks: ACCESS EXCLUSIVE on public.contacts: reads and writes wait.
-- Takes: milliseconds, whatever the size of the table.
-- Note: Old code reads and writes name, new code full_name; the trigger carries each write over. Rows that stand have
--   NULL in full_name until they are written or backfilled.
-- Hazard select_star: prepared SELECT *, RETURNING * and positional INSERT or COPY on public.contacts break when its
--   columns change: name the columns, use .persistent(false), or recycle the pool after the file
-- Undo: the file beside it.
-- Run: psql -X -v ON_ERROR_STOP=1 -1 -f, or any runner that takes one transaction a file. For PostgreSQL 14 and
--   later.

SET LOCAL lock_timeout = '200ms';

ALTER TABLE public.contacts ADD COLUMN full_name character varying(255);
CREATE OR REPLACE FUNCTION public.schemagen_sync_contacts_name_full_name() RETURNS trigger LANGUAGE plpgsql AS $schemagen$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.full_name IS NOT NULL THEN NEW.name := NEW.full_name;
    ELSE NEW.full_name := NEW.name;
    END IF;
  ELSIF NEW.full_name IS DISTINCT FROM OLD.full_name THEN NEW.name := NEW.full_name;
  ELSIF NEW.name IS DISTINCT FROM OLD.name OR NEW.full_name IS NULL THEN NEW.full_name := NEW.name;
  END IF;
  RETURN NEW;
END
$schemagen$;
COMMENT ON FUNCTION public.schemagen_sync_contacts_name_full_name() IS 'schemagen:sync {"table":"public.contacts","from":"name","to":"full_name","direction":"two_way"}';
CREATE TRIGGER zz_schemagen_sync_contacts_name_full_name BEFORE INSERT OR UPDATE ON public.contacts FOR EACH ROW EXECUTE FUNCTION public.schemagen_sync_contacts_name_full_name();
