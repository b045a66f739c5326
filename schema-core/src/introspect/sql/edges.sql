-- From an object to what it needs. Built-in objects (below 16384) never change. What the parts of tables need of tables is
-- known without: those rows, which are most of the catalog, stay where they are. What is "listed", the tables that are left
-- out, may need tables of the model.
WITH part AS (
    SELECT 'pg_class'::regclass::oid AS class, c.oid
    FROM pg_class c
    WHERE c.relkind IN ('r', 'p') AND c.oid NOT IN (SELECT oid FROM listed)
       OR c.relkind IN ('S', 't')
       OR c.relkind IN ('i', 'I') AND c.oid NOT IN (
           SELECT i.indexrelid FROM pg_index i JOIN pg_class m ON m.oid = i.indrelid AND m.relkind = 'm'
       )
    UNION ALL
    SELECT 'pg_constraint'::regclass, k.oid
    FROM pg_constraint k
    WHERE k.conrelid <> 0 AND k.conrelid NOT IN (SELECT oid FROM listed)
    UNION ALL
    SELECT 'pg_trigger'::regclass, g.oid FROM pg_trigger g WHERE g.tgisinternal
    UNION ALL
    SELECT 'pg_attrdef'::regclass, f.oid FROM pg_attrdef f JOIN pg_class c ON c.oid = f.adrelid AND c.relkind IN ('r', 'p')
    UNION ALL
    -- the types of a table's rows, and of arrays of them
    SELECT 'pg_type'::regclass, x.oid
    FROM pg_class c
    JOIN pg_type t ON t.oid = c.reltype
    CROSS JOIN LATERAL (VALUES (t.oid), (t.typarray)) x(oid)
    WHERE c.relkind IN ('r', 'p')
)
SELECT d.classid AS class,
       d.objid AS oid,
       d.refclassid AS needs_class,
       d.refobjid AS needs_oid,
       d.refobjsubid AS needs_column,
       -- the table that it is a default of
       CASE WHEN d.classid = 'pg_attrdef'::regclass AND part.oid IS NOT NULL THEN
           (SELECT f.adrelid FROM pg_attrdef f WHERE f.oid = d.objid)
       END AS default_of
FROM pg_depend d
LEFT JOIN part ON part.class = d.classid AND part.oid = d.objid
WHERE d.objid >= 16384
  AND d.refobjid >= 16384
  AND d.deptype <> 'e'
  AND (part.oid IS NULL
       OR d.classid <> 'pg_type'::regclass
          AND d.refclassid NOT IN ('pg_class'::regclass, 'pg_constraint'::regclass, 'pg_namespace'::regclass))
UNION ALL
-- A view's query stands in its rule, a domain's conditions in constraints: the whole
-- needs what its parts need.
SELECT d.refclassid, d.refobjid, d.classid, d.objid, 0, NULL
FROM pg_depend d
WHERE d.deptype IN ('i', 'a')
  AND d.objid >= 16384
  AND (d.refclassid = 'pg_class'::regclass AND d.classid = 'pg_rewrite'::regclass AND d.deptype = 'i'
       OR d.refclassid = 'pg_type'::regclass AND d.classid = 'pg_constraint'::regclass
       -- a free-standing composite type's columns
       OR d.refclassid = 'pg_type'::regclass AND d.classid = 'pg_class'::regclass AND d.deptype = 'i'
       -- defaults of a view's or foreign table's columns
       OR d.refclassid = 'pg_class'::regclass AND d.classid = 'pg_attrdef'::regclass
          AND d.refobjid IN (SELECT c.oid FROM pg_class c WHERE c.relkind IN ('v', 'f')))
