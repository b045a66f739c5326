SELECT x.what || ' to ' || CASE g.grantee WHEN x.owner THEN '<owner>' WHEN 0 THEN 'public' ELSE g.grantee::regrole::text END,
    string_agg(g.privilege_type || CASE WHEN g.is_grantable THEN ' with grant option' ELSE '' END, ', ' ORDER BY g.privilege_type)
FROM (
    SELECT CASE c.relkind WHEN 'S' THEN 'sequence ' ELSE 'relation ' END || c.shown AS what, c.relowner AS owner,
           coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner)) AS acl
    FROM rel c WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
      -- nobody names the generator of an identity column
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND c.relkind = 'S'
                      AND d.deptype = 'i')
    UNION ALL
    SELECT 'column ' || c.shown || '.' || quote_ident(a.attname), c.relowner, a.attacl
    FROM rel c JOIN pg_attribute a ON a.attrelid = c.oid WHERE NOT a.attisdropped AND a.attacl IS NOT NULL
    UNION ALL
    SELECT 'schema ' || quote_ident(n.nspname), n.nspowner, coalesce(n.nspacl, acldefault('n', n.nspowner))
    FROM pg_namespace n WHERE n.oid IN (SELECT oid FROM space)
    UNION ALL
    SELECT 'routine ' || p.oid::regprocedure, p.proowner, coalesce(p.proacl, acldefault('f', p.proowner))
    FROM pg_proc p
    WHERE p.pronamespace IN (SELECT oid FROM space) AND ('pg_proc'::regclass, p.oid) NOT IN (SELECT classid, objid FROM foreign_to_us)
    UNION ALL
    SELECT 'type ' || t.oid::regtype, t.typowner, coalesce(t.typacl, acldefault('T', t.typowner))
    FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
    WHERE t.typnamespace IN (SELECT oid FROM space) AND (t.typtype IN ('e', 'd', 'r') OR c.relkind = 'c')
      AND ('pg_type'::regclass, t.oid) NOT IN (SELECT classid, objid FROM foreign_to_us)
) x, LATERAL aclexplode(x.acl) g
GROUP BY 1
