SELECT i.shown, concat_ws(E'\n',
    'definition: ' || pg_get_indexdef(i.oid),
    CASE WHEN NOT x.indisvalid THEN 'invalid' END,
    CASE WHEN x.indisclustered THEN 'clustered' END,
    CASE WHEN x.indisreplident THEN 'replica identity' END,
    CASE WHEN x.indisprimary THEN 'primary' END,
    CASE WHEN NOT x.indimmediate THEN 'deferrable' END,
    'constraint: ' || (SELECT k.conname FROM pg_constraint k WHERE k.conindid = i.oid AND k.conrelid = x.indrelid AND k.contype IN ('p', 'u', 'x')),
    'attached to: ' || (SELECT inhparent::regclass::text FROM pg_inherits WHERE inhrelid = i.oid),
    'tablespace: ' || (SELECT spcname FROM pg_tablespace WHERE oid = i.reltablespace),
    'statistics: ' || (SELECT string_agg(a.attnum || '=' || a.attstattarget, ', ' ORDER BY a.attnum)
                       FROM pg_attribute a WHERE a.attrelid = i.oid AND a.attstattarget >= 0))
FROM rel i
JOIN pg_index x ON x.indexrelid = i.oid
