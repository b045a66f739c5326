SELECT t.schema,
       t.relname AS "table",
       a.attname AS name,
       format_type(a.atttypid, a.atttypmod) AS type_name,
       -- from 18 on attnotnull is true already while the constraint is NOT VALID
       a.attnotnull AND NOT EXISTS (
           SELECT FROM pg_constraint k
           WHERE k.conrelid = t.oid AND k.contype = 'n' AND k.conkey[1] = a.attnum AND NOT k.convalidated
       ) AS not_null,
       d.adbin IS NOT NULL AS has_expression,
       pg_get_expr(d.adbin, d.adrelid) AS expression,
       a.attgenerated AS generated,
       a.attidentity AS identity,
       CASE WHEN q.seqrelid IS NOT NULL THEN json_build_object(
           'data_type', format_type(q.seqtypid, NULL), 'start', q.seqstart, 'increment', q.seqincrement,
           'min', q.seqmin, 'max', q.seqmax, 'cache', q.seqcache, 'cycle', q.seqcycle) END AS generator,
       obj_description(q.seqrelid, 'pg_class') AS generator_comment,
       CASE WHEN a.attcollation <> ty.typcollation THEN json_build_array(cn.nspname, co.collname) END AS collation,
       CASE WHEN a.attstorage <> ty.typstorage THEN
           CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'm' THEN 'MAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'x' THEN 'EXTENDED' END
       END AS storage,
       CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END AS compression,
       -- -1 before 17, NULL since
       CASE WHEN a.attstattarget >= 0 THEN a.attstattarget END AS statistics,
       coalesce(a.attoptions, '{}') AS options,
       col_description(t.oid, a.attnum) AS comment
FROM user_table t
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type ty ON ty.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum
LEFT JOIN pg_collation co ON co.oid = a.attcollation
LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
LEFT JOIN pg_depend sd ON a.attidentity <> '' AND sd.classid = 'pg_class'::regclass AND sd.objsubid = 0
    AND sd.refclassid = 'pg_class'::regclass AND sd.refobjid = t.oid AND sd.refobjsubid = a.attnum AND sd.deptype = 'i'
LEFT JOIN pg_sequence q ON q.seqrelid = sd.objid
ORDER BY t.schema, t.relname, a.attnum
