SELECT c.shown || '.' || quote_ident(a.attname), concat_ws(E'\n',
    'type: ' || format_type(a.atttypid, a.atttypmod),
    CASE WHEN a.attnotnull THEN 'not null' END,
    CASE WHEN a.attnotnull AND EXISTS (
        SELECT FROM pg_constraint n
        WHERE n.conrelid = c.oid AND n.contype = 'n' AND a.attnum = ANY (n.conkey) AND NOT n.convalidated
    ) THEN 'not null is not valid' END,
    CASE WHEN a.attgenerated = '' THEN 'default: ' ELSE 'generated ' || a.attgenerated::text || ': ' END
        || pg_get_expr(d.adbin, d.adrelid),
    'identity: ' || nullif(a.attidentity::text, ''),
    CASE WHEN a.attcollation <> t.typcollation THEN 'collation: ' || a.attcollation::regcollation END,
    CASE WHEN a.attstorage <> t.typstorage AND c.relkind <> 'v' THEN 'storage: ' || a.attstorage::text END,
    'compression: ' || nullif(a.attcompression::text, ''),
    CASE WHEN a.attstattarget >= 0 THEN 'statistics: ' || a.attstattarget END,
    'options: ' || (SELECT string_agg(o, ', ' ORDER BY o) FROM unnest(a.attoptions) o),
    'foreign options: ' || a.attfdwoptions::text)
FROM rel c
JOIN pg_attribute a ON a.attrelid = c.oid
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped
