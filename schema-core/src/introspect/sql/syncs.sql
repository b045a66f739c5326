SELECT p.oid,
       s.name AS schema,
       p.proname AS name,
       obj_description(p.oid, 'pg_proc') AS comment,
       p.prosrc AS body,
       pg_get_functiondef(p.oid) AS definition,
       (SELECT coalesce(json_agg(json_build_object(
                   'oid', g.oid::bigint, 'name', g.tgname, 'schema', tn.nspname, 'table', t.relname,
                   'enabled', g.tgenabled IN ('O', 'A'),
                   'before_row', g.tgtype & 67 = 3,
                   'insert', g.tgtype & 4 > 0, 'update', g.tgtype & 16 > 0 AND g.tgattr::text = '',
                   'definition', pg_get_triggerdef(g.oid)) ORDER BY g.tgname), '[]')
        FROM pg_trigger g
        JOIN pg_class t ON t.oid = g.tgrelid
        JOIN pg_namespace tn ON tn.oid = t.relnamespace
        WHERE g.tgfoid = p.oid AND NOT g.tgisinternal AND g.tgparentid = 0) AS triggers
FROM pg_proc p
JOIN user_schema s ON s.oid = p.pronamespace
WHERE p.prokind = 'f'
  AND obj_description(p.oid, 'pg_proc') LIKE 'schemagen:sync %'
ORDER BY s.name, p.proname
