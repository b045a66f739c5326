SELECT c.shown, concat_ws(E'\n',
    'kind: ' || c.relkind::text,
    CASE WHEN c.relowner <> current_user::regrole THEN 'owner: ' || c.relowner::regrole END,
    CASE WHEN c.relkind = 'm' AND NOT c.relispopulated THEN 'not filled' END,
    'persistence: ' || c.relpersistence::text,
    'partition key: ' || pg_get_partkeydef(c.oid),
    'bound: ' || pg_get_expr(c.relpartbound, c.oid),
    'parents: ' || (SELECT string_agg(inhparent::regclass::text, ', ' ORDER BY inhseqno) FROM pg_inherits WHERE inhrelid = c.oid),
    'options: ' || (SELECT string_agg(o, ', ' ORDER BY o) FROM unnest(c.reloptions) o),
    'toast options: ' || (SELECT string_agg(o, ', ' ORDER BY o) FROM pg_class t, unnest(t.reloptions) o WHERE t.oid = c.reltoastrelid),
    'access method: ' || (SELECT amname FROM pg_am WHERE oid = c.relam),
    'tablespace: ' || (SELECT spcname FROM pg_tablespace WHERE oid = c.reltablespace),
    CASE WHEN c.relrowsecurity THEN 'row security' END,
    CASE WHEN c.relforcerowsecurity THEN 'row security forced' END,
    CASE WHEN c.relkind IN ('r', 'p') THEN 'replica identity: ' || c.relreplident::text END,
    CASE WHEN c.reloftype <> 0 THEN 'of: ' || c.reloftype::regtype END,
    'server: ' || (SELECT s.srvname || ' ' || coalesce(f.ftoptions::text, '')
                   FROM pg_foreign_table f JOIN pg_foreign_server s ON s.oid = f.ftserver WHERE f.ftrelid = c.oid),
    CASE WHEN c.relkind IN ('v', 'm') THEN 'query: ' || regexp_replace(pg_get_viewdef(c.oid), '\s+', ' ', 'g') END)
FROM rel c
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
