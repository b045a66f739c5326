SELECT quote_ident(p.pubname), concat_ws(E'\n',
    'all tables: ' || p.puballtables,
    'via root: ' || p.pubviaroot,
    format('insert %s update %s delete %s truncate %s', p.pubinsert, p.pubupdate, p.pubdelete, p.pubtruncate),
    'tables: ' || (SELECT string_agg(prrelid::regclass::text, ', ' ORDER BY prrelid::regclass::text)
                   FROM pg_publication_rel WHERE prpubid = p.oid))
FROM pg_publication p
