WITH space AS (
    SELECT oid, nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema'
),
foreign_to_us AS (
    SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
),
rel AS (
    SELECT c.*, c.oid::regclass::text AS shown
    FROM pg_class c
    WHERE c.relnamespace IN (SELECT oid FROM space)
      AND ('pg_class'::regclass, c.oid) NOT IN (SELECT classid, objid FROM foreign_to_us)
      AND c.relname NOT LIKE '\_sqlx\_migrations%'
)
