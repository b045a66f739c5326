SELECT o.name, c.relowner::regrole || ': ' || coalesce((
           SELECT string_agg(e::text, ', ' ORDER BY e::text)
           FROM unnest(c.relacl || coalesce((SELECT array_agg(x) FROM pg_attribute a, unnest(a.attacl) x WHERE a.attrelid = c.oid), '{}')) e
       ), 'as usual')
FROM unnest(ARRAY[{relations}]::text[]) o(name)
JOIN pg_class c ON c.oid = to_regclass(o.name)
UNION ALL
SELECT o.name, p.proowner::regrole || ': ' || coalesce((SELECT string_agg(e::text, ', ' ORDER BY e::text) FROM unnest(p.proacl) e), 'as usual')
FROM unnest(ARRAY[{routines}]::text[]) o(name)
JOIN pg_proc p ON p.oid = to_regprocedure(o.name)
