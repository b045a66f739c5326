SELECT t.oid::regtype::text, concat_ws(E'\n',
    'kind: ' || t.typtype::text,
    'labels: ' || (SELECT string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid),
    CASE WHEN t.typbasetype <> 0 THEN 'base: ' || format_type(t.typbasetype, t.typtypmod) END,
    CASE WHEN t.typtype = 'd' AND t.typnotnull THEN 'not null' END,
    CASE WHEN t.typtype = 'd' THEN 'default: ' || pg_get_expr(t.typdefaultbin, 0) END,
    CASE WHEN t.typtype = 'd' THEN 'collation: ' || t.typcollation::regcollation END,
    'attributes: ' || (SELECT string_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
                              || ' ' || a.attcollation, ', ' ORDER BY a.attnum)
                       FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped),
    'range: ' || (SELECT concat_ws(' ', rngsubtype::regtype, rngcollation::regcollation, rngcanonical, rngsubdiff)
                  FROM pg_range WHERE rngtypid = t.oid))
FROM pg_type t
LEFT JOIN pg_class c ON c.oid = t.typrelid
WHERE t.typnamespace IN (SELECT oid FROM space)
  AND (t.typtype IN ('e', 'd', 'r', 'm') OR c.relkind = 'c')
  AND ('pg_type'::regclass, t.oid) NOT IN (SELECT classid, objid FROM foreign_to_us)
