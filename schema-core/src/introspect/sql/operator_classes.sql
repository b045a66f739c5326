SELECT o.oid, n.nspname AS schema, o.opcname AS name, am.amname AS method, o.opcintype AS type, o.opcdefault AS is_default
FROM pg_opclass o
JOIN pg_namespace n ON n.oid = o.opcnamespace
JOIN pg_am am ON am.oid = o.opcmethod
