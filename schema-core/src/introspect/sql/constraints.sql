SELECT t.schema,
       t.relname AS "table",
       k.conname AS name,
       k.contype AS type,
       k.condeferrable AS deferrable,
       k.condeferred AS deferred,
       NOT k.convalidated AS not_valid,
       coalesce((newer.fields ->> 'conenforced')::boolean, true) AS enforced,
       coalesce((newer.fields ->> 'conperiod')::boolean, false) AS temporal,
       k.connoinherit AS no_inherit,
       -- the others are put together from their parts
       CASE WHEN k.contype IN ('p', 'u', 'x') THEN pg_get_constraintdef(k.oid) END AS definition,
       CASE WHEN k.contype = 'c' THEN pg_get_expr(k.conbin, k.conrelid) END AS expression,
       -- key columns in order; a CHECK over the whole row has the number 0 and means every column
       (SELECT coalesce(array_agg(a.attname::text ORDER BY x.position, a.attnum), '{}')
        FROM unnest(k.conkey) WITH ORDINALITY x(attnum, position)
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
            AND (a.attnum = x.attnum OR x.attnum = 0 AND k.contype = 'c')) AS columns,
       -- what an exclusion's expressions and predicate name
       (SELECT coalesce(array_agg(DISTINCT a.attname::text), '{}')
        FROM pg_depend d
        JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
          AND d.refclassid = 'pg_class'::regclass AND d.refobjid = t.oid AND d.refobjsubid > 0) AS index_columns,
       (SELECT coalesce(array_agg(a.attname::text ORDER BY x.position), '{}')
        FROM unnest(i.indkey::int2[]) WITH ORDINALITY x(attnum, position)
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = x.attnum
        WHERE x.position > i.indnkeyatts) AS include,
       coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false) AS nulls_not_distinct,
       coalesce(ic.reloptions, '{}') AS parameters,
       space.spcname AS tablespace,
       rn.nspname AS referenced_schema,
       rc.relname AS referenced_table,
       (SELECT coalesce(array_agg(a.attname::text ORDER BY x.position), '{}')
        FROM unnest(k.confkey) WITH ORDINALITY x(attnum, position)
        JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = x.attnum) AS referenced_columns,
       k.confdeltype AS on_delete,
       k.confupdtype AS on_update,
       k.confmatchtype = 'f' AS match_full,
       (SELECT coalesce(array_agg(a.attname::text ORDER BY x.position), '{}')
        FROM jsonb_array_elements_text(
            CASE WHEN jsonb_typeof(newer.fields -> 'confdelsetcols') = 'array' THEN newer.fields -> 'confdelsetcols' ELSE '[]' END
        ) WITH ORDINALITY x(attnum, position)
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = x.attnum::int2) AS on_delete_columns,
       obj_description(k.oid, 'pg_constraint') AS comment,
       obj_description(i.indexrelid, 'pg_class') AS index_comment
FROM user_table t
JOIN pg_constraint k ON k.conrelid = t.oid
-- columns that only some versions have; OFFSET keeps them from being built for each use
CROSS JOIN LATERAL (SELECT to_jsonb(k) - 'conbin' AS fields OFFSET 0) newer
LEFT JOIN pg_index i ON i.indexrelid = k.conindid AND k.contype IN ('p', 'u', 'x')
LEFT JOIN pg_class ic ON ic.oid = i.indexrelid
LEFT JOIN pg_tablespace space ON space.oid = ic.reltablespace
LEFT JOIN pg_class rc ON rc.oid = k.confrelid
LEFT JOIN pg_namespace rn ON rn.oid = rc.relnamespace
-- a NOT NULL that holds for every row is read with the columns, constraint triggers with the triggers
WHERE (k.contype IN ('c', 'f', 'p', 'u', 'x') OR k.contype = 'n' AND NOT k.convalidated)
  AND k.conparentid = 0
  AND k.conislocal
ORDER BY t.schema, t.relname, k.conname
