SELECT CASE WHEN o.deptype = 'i' THEN 'identity of ' || o.owner ELSE c.shown END, concat_ws(E'\n',
    'type: ' || s.seqtypid::regtype,
    format('start %s by %s from %s to %s cache %s%s', s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache,
           CASE WHEN s.seqcycle THEN ' cycle' ELSE '' END),
    'persistence: ' || c.relpersistence::text,
    CASE WHEN o.deptype = 'a' THEN 'owned by: ' || o.owner END)
FROM rel c
JOIN pg_sequence s ON s.seqrelid = c.oid
LEFT JOIN LATERAL (
    SELECT d.deptype, d.refobjid::regclass || '.' || quote_ident(a.attname) AS owner
    FROM pg_depend d
    JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
      AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
) o ON true
