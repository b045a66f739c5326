-- Every table, also those that are left out: foreign keys may lead to them, and sequences belong to foreign tables.
SELECT c.oid,
       n.nspname AS schema,
       c.relname AS name,
       EXISTS (SELECT FROM user_table t WHERE t.oid = c.oid) AS managed,
       c.reltype AS row_type,
       row_type.typarray AS row_array,
       c.relpersistence = 'u' AS unlogged,
       c.reltuples::bigint AS row_estimate,
       c.reloptions AS parameters,
       toast.reloptions AS toast_parameters,
       space.spcname AS tablespace,
       CASE WHEN am.amname <> 'heap' THEN am.amname END AS access_method,
       c.relrowsecurity AS row_security,
       c.relforcerowsecurity AS force_row_security,
       CASE c.relreplident WHEN 'f' THEN 'FULL' WHEN 'n' THEN 'NOTHING' WHEN 'i' THEN 'INDEX' END AS replica_identity,
       CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS partition_by,
       CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END AS partition_bound,
       comment.description AS comment
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_type row_type ON row_type.oid = c.reltype
LEFT JOIN pg_class toast ON toast.oid = c.reltoastrelid
LEFT JOIN pg_tablespace space ON space.oid = c.reltablespace
LEFT JOIN pg_am am ON am.oid = c.relam
LEFT JOIN pg_description comment
    ON comment.classoid = 'pg_class'::regclass AND comment.objoid = c.oid AND comment.objsubid = 0
WHERE c.relkind IN ('r', 'p', 'f')
  AND c.oid >= 16384
  AND c.relpersistence <> 't'
