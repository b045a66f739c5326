-- Views by whose comment we know them, with the columns that they show and those of the one table that they read.
SELECT c.oid,
       s.name AS schema,
       c.relname AS name,
       obj_description(c.oid, 'pg_class') AS comment,
       pg_relation_is_updatable(c.oid, false) & 28 = 28 AS updatable,
       (SELECT json_agg(a.attname ORDER BY a.attnum)
        FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS shown,
       (SELECT json_agg(json_build_array(n.nspname, t.relname, a.attname) ORDER BY a.attnum)
        FROM pg_rewrite r
        JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
            AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> c.oid
        JOIN pg_class t ON t.oid = d.refobjid
        JOIN pg_namespace n ON n.oid = t.relnamespace
        LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid AND a.attnum > 0
        WHERE r.ev_class = c.oid) AS reads
FROM pg_class c
JOIN user_schema s ON s.oid = c.relnamespace
WHERE c.relkind = 'v'
  AND obj_description(c.oid, 'pg_class') LIKE 'schemagen:view %'
ORDER BY s.name, c.relname
