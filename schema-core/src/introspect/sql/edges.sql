-- From an object to what it needs. Built-in objects (below 16384) never change.
SELECT d.classid::regclass::text AS class,
       d.objid::bigint AS oid,
       d.refclassid::regclass::text AS needs_class,
       d.refobjid::bigint AS needs_oid,
       d.refobjsubid AS needs_column
FROM pg_depend d
WHERE d.objid >= 16384
  AND d.refobjid >= 16384
  AND d.deptype <> 'e'
UNION ALL
-- A view's query stands in its rule, a domain's conditions in constraints: the whole
-- needs what its parts need.
SELECT d.refclassid::regclass::text, d.refobjid::bigint, d.classid::regclass::text, d.objid::bigint, 0
FROM pg_depend d
WHERE d.deptype IN ('i', 'a')
  AND d.objid >= 16384
  AND (d.refclassid = 'pg_class'::regclass AND d.classid = 'pg_rewrite'::regclass AND d.deptype = 'i'
       OR d.refclassid = 'pg_type'::regclass AND d.classid = 'pg_constraint'::regclass
       -- a free-standing composite type's columns
       OR d.refclassid = 'pg_type'::regclass AND d.classid = 'pg_class'::regclass AND d.deptype = 'i'
       -- defaults of a view's or foreign table's columns
       OR d.refclassid = 'pg_class'::regclass AND d.classid = 'pg_attrdef'::regclass
          AND EXISTS (SELECT FROM pg_class c WHERE c.oid = d.refobjid AND c.relkind IN ('v', 'f')))
