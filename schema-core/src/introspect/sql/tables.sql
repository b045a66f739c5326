SELECT t.schema,
       t.relname AS name,
       t.relpersistence = 'u' AS unlogged,
       t.reltuples::bigint AS row_estimate,
       coalesce(t.reloptions, '{}') AS parameters,
       coalesce(toast.reloptions, '{}') AS toast_parameters,
       space.spcname AS tablespace,
       CASE WHEN am.amname <> 'heap' THEN am.amname END AS access_method,
       t.relrowsecurity AS row_security,
       t.relforcerowsecurity AS force_row_security,
       CASE t.relreplident WHEN 'f' THEN 'FULL' WHEN 'n' THEN 'NOTHING' WHEN 'i' THEN 'INDEX' END AS replica_identity,
       (SELECT ic.relname
        FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid
        WHERE i.indrelid = t.oid AND i.indisreplident) AS replica_identity_index,
       (SELECT ic.relname
        FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid
        WHERE i.indrelid = t.oid AND i.indisclustered) AS cluster_on,
       CASE WHEN t.relkind = 'p' THEN pg_get_partkeydef(t.oid) END AS partition_by,
       CASE WHEN t.relispartition THEN pg_get_expr(t.relpartbound, t.oid) END AS partition_bound,
       (SELECT coalesce(json_agg(json_build_array(pn.nspname, pc.relname) ORDER BY h.inhseqno), '[]')
        FROM pg_inherits h
        JOIN pg_class pc ON pc.oid = h.inhparent
        JOIN pg_namespace pn ON pn.oid = pc.relnamespace
        WHERE h.inhrelid = t.oid) AS parents,
       coalesce((SELECT h.inhdetachpending FROM pg_inherits h WHERE h.inhrelid = t.oid AND t.relispartition), false) AS detaching,
       CASE WHEN t.relispartition THEN (
           SELECT json_agg(json_build_array(ic.relname, pc.relname) ORDER BY ic.relname)
           FROM pg_index i
           JOIN pg_inherits h ON h.inhrelid = i.indexrelid
           JOIN pg_class ic ON ic.oid = i.indexrelid
           JOIN pg_class pc ON pc.oid = h.inhparent
           WHERE i.indrelid = t.oid
       ) END AS attached,
       obj_description(t.oid, 'pg_class') AS comment
FROM user_table t
LEFT JOIN pg_class toast ON toast.oid = t.reltoastrelid
LEFT JOIN pg_tablespace space ON space.oid = t.reltablespace
LEFT JOIN pg_am am ON am.oid = t.relam
ORDER BY t.schema, t.relname
