WITH user_schema AS (
    SELECT n.oid, n.nspname AS name
    FROM pg_namespace n
    WHERE n.nspname !~ '^pg_'
      AND n.nspname NOT IN ('information_schema', 'schemagen')
      AND NOT EXISTS (
          SELECT FROM pg_depend e
          WHERE e.classid = 'pg_namespace'::regclass AND e.objid = n.oid AND e.deptype = 'e'
      )
),
user_table AS (
    SELECT c.*, s.name AS schema
    FROM pg_class c
    JOIN user_schema s ON s.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p')
      AND c.relname <> '_sqlx_migrations'
      AND NOT EXISTS (
          SELECT FROM pg_depend e
          WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e'
      )
)
