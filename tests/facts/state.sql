SELECT t.oid::bigint AS t, p.oid::bigint AS p,
    ARRAY(SELECT c.relfilenode::bigint FROM pg_class c WHERE c.oid IN (t.oid, p.oid) AND c.relfilenode <> 0) AS files,
    ARRAY(SELECT c.relfilenode::bigint FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
          WHERE i.indrelid IN (t.oid, p.oid)) AS indexes,
    pg_stat_get_xact_numscans(t.oid) + pg_stat_get_xact_numscans(p.oid) AS scans
FROM (SELECT coalesce(to_regclass('public.t')::oid, 0::oid) AS oid) t,
     (SELECT coalesce(to_regclass('public.p')::oid, 0::oid) AS oid) p
