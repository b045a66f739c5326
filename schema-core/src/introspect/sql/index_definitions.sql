-- Printing a definition is what costs most, so only those are asked for that cannot be put together from their parts.
SELECT i.indexrelid AS oid,
       pg_get_indexdef(i.indexrelid) AS definition,
       (SELECT json_agg(json_build_array(x.position,
                   -- with colno given, the text of the key as it stands in the whole definition
                   pg_get_indexdef(i.indexrelid, x.position::int, false),
                   pg_get_indexdef(i.indexrelid, x.position::int, true)))
        FROM unnest(i.indkey::int2[]) WITH ORDINALITY x(attnum, position)
        WHERE x.attnum = 0 AND x.position <= i.indnkeyatts) AS expressions
FROM pg_index i
WHERE i.indexrelid IN (SELECT oid FROM listed)
