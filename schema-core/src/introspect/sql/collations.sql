SELECT o.oid, n.nspname AS schema, o.collname AS name
FROM pg_collation o
JOIN pg_namespace n ON n.oid = o.collnamespace
