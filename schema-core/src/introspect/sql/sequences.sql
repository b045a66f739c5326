SELECT c.oid,
       s.name AS schema,
       c.relname AS name,
       format_type(q.seqtypid, NULL) AS data_type,
       q.seqstart AS start,
       q.seqincrement AS increment,
       q.seqmin AS min,
       q.seqmax AS max,
       q.seqcache AS cache,
       q.seqcycle AS cycle,
       c.relpersistence = 'u' AS unlogged,
       comment.description AS comment,
       d.refobjid AS owner,
       d.refobjsubid AS owner_column,
       -- an identity column's generator is part of the column
       d.deptype = 'i' AS generator,
       EXISTS (
           SELECT FROM pg_depend e
           WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e'
       ) AS extension
FROM pg_sequence q
JOIN pg_class c ON c.oid = q.seqrelid
JOIN user_schema s ON s.oid = c.relnamespace
LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0
    AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
LEFT JOIN pg_description comment
    ON comment.classoid = 'pg_class'::regclass AND comment.objoid = c.oid AND comment.objsubid = 0
