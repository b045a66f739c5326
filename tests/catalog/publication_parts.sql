SELECT quote_ident(p.pubname) || ' table ' || r.prrelid::regclass, concat_ws(E'\n',
    'columns: ' || (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname)
                    FROM pg_attribute a WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs::int2[])),
    'where: ' || pg_get_expr(r.prqual, r.prrelid))
FROM pg_publication_rel r
JOIN pg_publication p ON p.oid = r.prpubid
UNION ALL
SELECT quote_ident(p.pubname) || ' schema ' || n.pnnspid::regnamespace, ''
FROM pg_publication_namespace n
JOIN pg_publication p ON p.oid = n.pnpubid
