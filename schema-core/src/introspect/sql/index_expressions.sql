-- What expressions and predicates name, a row for each time. A plain key column has one row; each of expressions and
-- predicate adds one of its own.
SELECT d.objid AS index, d.refobjsubid AS number
FROM pg_index i
JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
    AND d.refclassid = 'pg_class'::regclass AND d.refobjid = i.indrelid AND d.refobjsubid > 0
WHERE i.indexrelid >= 16384
  AND (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL OR i.indisexclusion)
