SELECT s.stxnamespace::regnamespace || '.' || quote_ident(s.stxname),
    concat_ws(E'\n', 'definition: ' || pg_get_statisticsobjdef(s.oid), CASE WHEN s.stxstattarget >= 0 THEN 'target: ' || s.stxstattarget END)
FROM pg_statistic_ext s
WHERE s.stxnamespace IN (SELECT oid FROM space)
