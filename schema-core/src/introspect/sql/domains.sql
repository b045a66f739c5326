-- Domains that stand for an enum's old name.
SELECT t.oid,
       s.name AS schema,
       t.typname AS name,
       n.nspname AS enum_schema,
       e.typname AS enum_name
FROM pg_type t
JOIN user_schema s ON s.oid = t.typnamespace
JOIN pg_type e ON e.oid = t.typbasetype AND e.typtype = 'e'
JOIN pg_namespace n ON n.oid = e.typnamespace
WHERE t.typtype = 'd'
  AND NOT t.typnotnull
  AND t.typdefault IS NULL
  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.contypid = t.oid)
  AND obj_description(t.oid, 'pg_type') = 'schemagen:type'
ORDER BY s.name, t.typname
