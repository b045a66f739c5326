SELECT t.oid,
       s.name AS schema,
       t.typname AS name,
       (SELECT coalesce(array_agg(e.enumlabel::text ORDER BY e.enumsortorder), '{}')
        FROM pg_enum e
        WHERE e.enumtypid = t.oid) AS labels,
       obj_description(t.oid, 'pg_type') AS comment
FROM pg_type t
JOIN user_schema s ON s.oid = t.typnamespace
WHERE t.typtype = 'e'
  AND NOT EXISTS (
      SELECT FROM pg_depend e
      WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid AND e.deptype = 'e'
  )
ORDER BY s.name, t.typname
