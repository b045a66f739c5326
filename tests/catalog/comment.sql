SELECT i.type || ' ' || i.identity, d.description
FROM pg_description d
LEFT JOIN pg_attribute a ON d.classoid = 'pg_class'::regclass AND a.attrelid = d.objoid AND a.attnum = d.objsubid AND d.objsubid > 0
CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) i
WHERE d.objoid >= 16384
  AND (d.classoid, d.objoid) NOT IN (SELECT classid, objid FROM foreign_to_us)
  AND i.type <> 'extension'
  AND NOT coalesce(a.attisdropped, false)
UNION ALL
SELECT 'schema ' || quote_ident(s.nspname), obj_description(s.oid, 'pg_namespace')
FROM space s
WHERE s.oid < 16384 AND obj_description(s.oid, 'pg_namespace') IS NOT NULL
