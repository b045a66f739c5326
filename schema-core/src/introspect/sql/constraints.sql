SELECT k.oid,
       k.conrelid AS "table",
       k.conname AS name,
       k.contype AS type,
       -- on a partition or child table only its own, not those it inherits
       k.conparentid = 0 AND k.conislocal AS own,
       k.condeferrable AS deferrable,
       k.condeferred AS deferred,
       NOT k.convalidated AS not_valid,
       k.conenforced AS enforced,
       k.conperiod AS temporal,
       k.connoinherit AS no_inherit,
       -- the others are put together from their parts
       CASE WHEN k.contype = 'x' OR k.contype IN ('p', 'u') AND k.conperiod THEN pg_get_constraintdef(k.oid) END AS definition,
       CASE WHEN k.contype = 'c' THEN pg_get_expr(k.conbin, k.conrelid) END AS expression,
       k.conkey AS columns,
       CASE WHEN k.contype IN ('p', 'u', 'x') THEN k.conindid ELSE 0 END AS index,
       k.confrelid AS referenced,
       k.confkey AS referenced_columns,
       k.confdeltype AS on_delete,
       k.confupdtype AS on_update,
       k.confmatchtype = 'f' AS match_full,
       k.confdelsetcols AS on_delete_columns,
       comment.description AS comment
-- Columns that only some versions have: where the catalog has none, the name means the one that stands here.
FROM (SELECT true AS conenforced, false AS conperiod, NULL::int2[] AS confdelsetcols) absent
CROSS JOIN LATERAL (
    SELECT oid, conrelid, conname, contype, conparentid, conislocal, condeferrable, condeferred, convalidated, conenforced,
           conperiod, connoinherit, conbin, conkey, conindid, confrelid, confkey, confdeltype, confupdtype, confmatchtype,
           confdelsetcols
    FROM pg_constraint
    WHERE conrelid >= 16384
) k
LEFT JOIN pg_description comment
    ON comment.classoid = 'pg_constraint'::regclass AND comment.objoid = k.oid AND comment.objsubid = 0
-- a NOT NULL that holds for every row is read with the columns
WHERE k.contype <> 'n' OR NOT k.convalidated
