SELECT t.schema,
       t.relname AS "table",
       c.relname AS name,
       am.amname AS method,
       i.indisunique AS "unique",
       coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false) AS nulls_not_distinct,
       i.indisvalid AND i.indisready AND i.indislive AS valid,
       i.indpred IS NOT NULL AS partial,
       pg_get_expr(i.indpred, i.indrelid) AS predicate,
       coalesce(c.reloptions, '{}') AS parameters,
       space.spcname AS tablespace,
       pg_get_indexdef(i.indexrelid) AS definition,
       (SELECT json_agg(json_build_object(
                   -- with colno given, the text of the key as it stands in the whole definition
                   'printed', pg_get_indexdef(i.indexrelid, x.position::int, false),
                   'column', a.attname,
                   'expression', CASE WHEN x.attnum = 0 THEN pg_get_indexdef(i.indexrelid, x.position::int, true) END,
                   'opclass', json_build_array(opn.nspname, op.opcname),
                   'opclass_options', coalesce(ia.attoptions, '{}'),
                   'collation', CASE WHEN co.oid IS NOT NULL THEN json_build_array(con.nspname, co.collname) END,
                   'flags', i.indoption[x.position - 1],
                   'statistics', CASE WHEN ia.attstattarget >= 0 THEN ia.attstattarget END
               ) ORDER BY x.position)
        FROM unnest(i.indkey::int2[]) WITH ORDINALITY x(attnum, position)
        LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = x.attnum AND x.attnum <> 0
        JOIN pg_attribute ia ON ia.attrelid = i.indexrelid AND ia.attnum = x.position
        JOIN pg_opclass op ON op.oid = i.indclass[x.position - 1]
        JOIN pg_namespace opn ON opn.oid = op.opcnamespace
        LEFT JOIN pg_collation co ON co.oid = i.indcollation[x.position - 1]
        LEFT JOIN pg_namespace con ON con.oid = co.collnamespace
        WHERE x.position <= i.indnkeyatts) AS keys,
       (SELECT coalesce(array_agg(a.attname::text ORDER BY x.position), '{}')
        FROM unnest(i.indkey::int2[]) WITH ORDINALITY x(attnum, position)
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = x.attnum
        WHERE x.position > i.indnkeyatts) AS include,
       -- a plain key column has one dependency; each of expressions and predicate adds one of its own
       (SELECT coalesce(array_agg(named.attname ORDER BY named.attname), '{}')
        FROM (SELECT a.attname::text COLLATE "C" AS attname
              FROM pg_depend d
              JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
              WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
                AND d.refclassid = 'pg_class'::regclass AND d.refobjid = t.oid AND d.refobjsubid > 0
                AND (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL)
              GROUP BY a.attname, a.attnum
              HAVING count(*) > CASE WHEN a.attnum = ANY (i.indkey::int2[]) THEN 1 ELSE 0 END) named) AS expression_columns,
       obj_description(c.oid, 'pg_class') AS comment
FROM user_table t
JOIN pg_index i ON i.indrelid = t.oid
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_am am ON am.oid = c.relam
LEFT JOIN pg_tablespace space ON space.oid = c.reltablespace
WHERE NOT EXISTS (
      SELECT FROM pg_constraint k
      WHERE k.conindid = i.indexrelid AND k.conrelid = t.oid AND k.contype IN ('p', 'u', 'x')
  )
  -- attached to the parent's index
  AND NOT c.relispartition
ORDER BY t.schema, t.relname, c.relname
