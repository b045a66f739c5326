SELECT s.stxnamespace::regnamespace || '.' || quote_ident(s.stxname),
    concat_ws(E'\n',
        -- the order of the columns is that of the table
        'definition: ' || substring(d.text FROM '^.* ON ') || (
            SELECT string_agg(part, ', ' ORDER BY part)
            FROM regexp_split_to_table(substring(d.text FROM '^.* ON (.*) FROM '), ', ') part
        ) || substring(d.text FROM ' FROM [^,]*$'), CASE WHEN s.stxstattarget >= 0 THEN 'target: ' || s.stxstattarget END)
FROM pg_statistic_ext s, LATERAL pg_get_statisticsobjdef(s.oid) d(text)
WHERE s.stxnamespace IN (SELECT oid FROM space)
