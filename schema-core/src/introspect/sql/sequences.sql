SELECT s.name AS schema,
       c.relname AS name,
       format_type(q.seqtypid, NULL) AS data_type,
       q.seqstart AS start,
       q.seqincrement AS increment,
       q.seqmin AS min,
       q.seqmax AS max,
       q.seqcache AS cache,
       q.seqcycle AS cycle,
       c.relpersistence = 'u' AS unlogged,
       obj_description(c.oid, 'pg_class') AS comment,
       os.nspname AS owner_schema,
       oc.relname AS owner_table,
       oa.attname AS owner_column
FROM pg_sequence q
JOIN pg_class c ON c.oid = q.seqrelid
JOIN user_schema s ON s.oid = c.relnamespace
LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0
    AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype = 'a'
LEFT JOIN pg_class oc ON oc.oid = d.refobjid
LEFT JOIN pg_namespace os ON os.oid = oc.relnamespace
LEFT JOIN pg_attribute oa ON oa.attrelid = d.refobjid AND oa.attnum = d.refobjsubid
WHERE NOT EXISTS (
      SELECT FROM pg_depend e
      WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid
        -- 'e': an extension's; 'i' on a column: the generator of an identity column
        AND (e.deptype = 'e' OR e.deptype = 'i' AND e.refclassid = 'pg_class'::regclass AND e.refobjsubid > 0)
  )
ORDER BY s.name, c.relname
