-- The catalog's numbers for the objects of the model.
SELECT 'table' AS kind, 'pg_class' AS class, t.oid::bigint AS oid, 0 AS "column", t.schema, t.relname AS "table",
       NULL::name AS name
FROM user_table t
UNION ALL
SELECT 'column', 'pg_class', t.oid::bigint, a.attnum, t.schema, t.relname, a.attname
FROM user_table t
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT 'constraint', 'pg_constraint', k.oid::bigint, 0, t.schema, t.relname, k.conname
FROM user_table t
JOIN pg_constraint k ON k.conrelid = t.oid
UNION ALL
SELECT 'index', 'pg_class', i.indexrelid::bigint, 0, t.schema, t.relname, c.relname
FROM user_table t
JOIN pg_index i ON i.indrelid = t.oid
JOIN pg_class c ON c.oid = i.indexrelid
UNION ALL
SELECT 'enum', 'pg_type', t.oid::bigint, 0, s.name, t.typname, NULL
FROM pg_type t
JOIN user_schema s ON s.oid = t.typnamespace
WHERE t.typtype = 'e'
UNION ALL
-- the generator of an identity column stands for the column
SELECT CASE WHEN a.attname IS NULL THEN 'sequence' ELSE 'column' END, 'pg_class', c.oid::bigint, 0,
       coalesce(t.schema, s.name), coalesce(t.relname, c.relname), a.attname
FROM pg_class c
JOIN user_schema s ON s.oid = c.relnamespace
LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass
    AND d.refobjsubid > 0 AND d.deptype = 'i'
LEFT JOIN user_table t ON t.oid = d.refobjid
LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
WHERE c.relkind = 'S'
