SELECT a.attrelid AS "table",
       a.attnum AS number,
       a.attname AS name,
       format_type(a.atttypid, a.atttypmod) AS type_name,
       a.atttypid AS type,
       a.attcollation AS collation,
       a.attcollation <> ty.typcollation AS collated,
       a.attnotnull AS not_null,
       d.oid IS NOT NULL AS has_expression,
       pg_get_expr(d.adbin, d.adrelid) AS expression,
       a.attgenerated AS generated,
       a.attidentity AS identity,
       CASE WHEN a.attstorage <> ty.typstorage THEN
           CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'm' THEN 'MAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'x' THEN 'EXTENDED' END
       END AS storage,
       CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END AS compression,
       -- -1 before 17, NULL since
       CASE WHEN a.attstattarget >= 0 THEN a.attstattarget END AS statistics,
       a.attoptions AS options,
       comment.description AS comment
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'f') AND c.relpersistence <> 't'
JOIN pg_type ty ON ty.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_description comment
    ON comment.classoid = 'pg_class'::regclass AND comment.objoid = a.attrelid AND comment.objsubid = a.attnum
WHERE a.attrelid >= 16384
  AND a.attnum > 0
  AND NOT a.attisdropped
