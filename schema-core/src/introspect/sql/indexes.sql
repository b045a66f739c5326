-- Every index of a table, also those behind constraints.
SELECT i.indexrelid AS oid,
       i.indrelid AS "table",
       c.relname AS name,
       am.amname AS method,
       i.indisunique AS "unique",
       i.indnullsnotdistinct AS nulls_not_distinct,
       i.indisvalid AND i.indisready AND i.indislive AS valid,
       i.indisreplident AS replica_identity,
       i.indisclustered AS clustered,
       c.relispartition AS attached,
       i.indpred IS NOT NULL AS partial,
       pg_get_expr(i.indpred, i.indrelid) AS predicate,
       i.indnkeyatts AS key_count,
       i.indkey AS columns,
       i.indclass AS classes,
       i.indcollation AS collations,
       i.indoption AS flags,
       c.reloptions AS parameters,
       space.spcname AS tablespace,
       comment.description AS comment
-- Columns that only some versions have: where the catalog has none, the name means the one that stands here.
FROM (SELECT false AS indnullsnotdistinct) absent
CROSS JOIN LATERAL (
    SELECT indexrelid, indrelid, indisunique, indnullsnotdistinct, indisvalid, indisready, indislive, indisreplident,
           indisclustered, indpred, indnkeyatts, indkey, indclass, indcollation, indoption
    FROM pg_index
    WHERE indexrelid >= 16384
) i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_class t ON t.oid = i.indrelid AND t.relkind IN ('r', 'p') AND t.relpersistence <> 't'
JOIN pg_am am ON am.oid = c.relam
LEFT JOIN pg_tablespace space ON space.oid = c.reltablespace
LEFT JOIN pg_description comment
    ON comment.classoid = 'pg_class'::regclass AND comment.objoid = c.oid AND comment.objsubid = 0
