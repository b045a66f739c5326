WITH published AS (
    SELECT r.prrelid AS relid, r.prpubid AS pubid
    FROM pg_publication_rel r
    UNION
    SELECT t.oid, p.oid
    FROM user_table t, pg_publication p
    WHERE p.puballtables AND t.relpersistence = 'p'
),
-- a partition is published with its ancestors, and a change to a partitioned table reaches every partition
reach AS (
    SELECT t.oid, t.oid AS relid FROM user_table t WHERE EXISTS (SELECT FROM pg_publication)
    UNION
    SELECT t.oid, a.relid FROM user_table t, pg_partition_ancestors(t.oid) a(relid) WHERE t.relispartition
    UNION
    SELECT t.oid, p.relid FROM user_table t, pg_partition_tree(t.oid) p WHERE t.relkind = 'p'
)
SELECT t.schema, t.relname AS "table", array_agg(DISTINCT p.pubname::text) AS publications
FROM user_table t
JOIN reach ON reach.oid = t.oid
JOIN published x ON x.relid = reach.relid
JOIN pg_publication p ON p.oid = x.pubid
GROUP BY t.schema, t.relname
ORDER BY t.schema, t.relname
