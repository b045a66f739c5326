SELECT coalesce(c.shown, 'domain ' || k.contypid::regtype) || '.' || quote_ident(k.conname),
    concat_ws(E'\n',
        'definition: ' || pg_get_constraintdef(k.oid),
        CASE WHEN k.conparentid <> 0 THEN 'of the partitioned table' END,
        CASE WHEN NOT k.conislocal THEN 'inherited' END)
FROM pg_constraint k
LEFT JOIN rel c ON c.oid = k.conrelid
WHERE k.contype NOT IN ('n', 't')
  AND (c.oid IS NOT NULL OR k.contypid <> 0 AND k.connamespace IN (SELECT oid FROM space)
       AND ('pg_type'::regclass, k.contypid) NOT IN (SELECT classid, objid FROM foreign_to_us))
