BEGIN
  -- Owners and privileges as they stand, whoever gave them.
  PERFORM pg_catalog.set_config('schemagen.kept', (
    SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(k) ORDER BY k.n), '[]')::pg_catalog.text
    FROM (
      SELECT 'TABLE' AS kind, o.name, NULL::pg_catalog.text AS part, c.relowner::pg_catalog.regrole::pg_catalog.text AS owner,
             c.relacl::pg_catalog.text AS privileges, c.relkind = 'm' AND c.relispopulated AS filled, o.n
      FROM pg_catalog.unnest(ARRAY[{relations}]::pg_catalog.text[]) WITH ORDINALITY AS o(name, n)
      JOIN pg_catalog.pg_class c ON c.oid = pg_catalog.to_regclass(o.name)
      UNION ALL
      SELECT 'TABLE', o.name, pg_catalog.quote_ident(a.attname), NULL, a.attacl::pg_catalog.text, false, o.n
      FROM pg_catalog.unnest(ARRAY[{relations}]::pg_catalog.text[]) WITH ORDINALITY AS o(name, n)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = pg_catalog.to_regclass(o.name) AND a.attacl IS NOT NULL
      UNION ALL
      SELECT 'ROUTINE', o.name, NULL, p.proowner::pg_catalog.regrole::pg_catalog.text, p.proacl::pg_catalog.text, false, o.n
      FROM pg_catalog.unnest(ARRAY[{routines}]::pg_catalog.text[]) WITH ORDINALITY AS o(name, n)
      JOIN pg_catalog.pg_proc p ON p.oid = pg_catalog.to_regprocedure(o.name)
    ) AS k), true);
END
