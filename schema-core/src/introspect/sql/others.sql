-- Every kind of object that the model cannot express, one branch each. "in_model" marks those that it can express as long
-- as their table is included. "refs" are dependencies that pg_depend does not know: [class, oid, column number].
WITH relation AS (
    SELECT c.*, s.name AS schema, quote_ident(s.name) || '.' || quote_ident(c.relname) AS printed,
           (SELECT ' WITH (' || string_agg(
                quote_ident(split_part(o, '=', 1)) || '=' || quote_literal(substr(o, strpos(o, '=') + 1)), ', ' ORDER BY o
            ) || ')' FROM unnest(c.reloptions) o) AS options
    FROM pg_class c
    JOIN user_schema s ON s.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
      AND c.relname <> '_sqlx_migrations'
      AND NOT EXISTS (
          SELECT FROM pg_depend e
          WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e'
      )
),
found AS (
    SELECT 'table' AS kind, 'pg_class'::regclass AS class, c.oid, c.schema, c.relname AS name, true AS in_model,
           NULL::json AS refs, c.printed AS definition
    FROM relation c
    WHERE c.relkind IN ('r', 'p')

    UNION ALL
    SELECT CASE c.relkind WHEN 'v' THEN 'view' ELSE 'materialized view' END,
           'pg_class'::regclass, c.oid, c.schema, c.relname, false, NULL,
           CASE c.relkind WHEN 'v' THEN 'CREATE VIEW ' ELSE 'CREATE MATERIALIZED VIEW ' END || c.printed
           || CASE WHEN c.relkind = 'm' AND am.amname <> current_setting('default_table_access_method')
              THEN ' USING ' || quote_ident(am.amname) ELSE '' END
           || coalesce(c.options, '') || coalesce(' TABLESPACE ' || quote_ident(ts.spcname), '')
           || E' AS\n' || rtrim(pg_get_viewdef(c.oid), ';')
           || CASE c.relkind WHEN 'm' THEN E'\nWITH NO DATA' ELSE '' END
           || coalesce((SELECT string_agg(
                  E';\nALTER VIEW ' || c.printed || ' ALTER COLUMN ' || quote_ident(a.attname) || ' SET DEFAULT '
                  || pg_get_expr(d.adbin, d.adrelid), '' ORDER BY a.attnum)
              FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
              WHERE d.adrelid = c.oid), '')
           || coalesce((SELECT string_agg(
                  coalesce(E';\nALTER MATERIALIZED VIEW ' || c.printed || ' ALTER COLUMN ' || quote_ident(a.attname)
                      || ' SET STATISTICS ' || nullif(a.attstattarget, -1), '')
                  || coalesce(E';\nALTER MATERIALIZED VIEW ' || c.printed || ' ALTER COLUMN ' || quote_ident(a.attname)
                      || ' SET (' || array_to_string(a.attoptions, ', ') || ')', '')
                  || CASE WHEN a.attstorage <> t.typstorage THEN E';\nALTER MATERIALIZED VIEW ' || c.printed
                      || ' ALTER COLUMN ' || quote_ident(a.attname) || ' SET STORAGE ' || CASE a.attstorage
                         WHEN 'p' THEN 'PLAIN' WHEN 'm' THEN 'MAIN' WHEN 'e' THEN 'EXTERNAL' ELSE 'EXTENDED' END
                     ELSE '' END
                  || CASE WHEN a.attcompression <> '' THEN E';\nALTER MATERIALIZED VIEW ' || c.printed
                      || ' ALTER COLUMN ' || quote_ident(a.attname) || ' SET COMPRESSION '
                      || CASE a.attcompression WHEN 'p' THEN 'pglz' ELSE 'lz4' END ELSE '' END, '' ORDER BY a.attnum)
              FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
              WHERE c.relkind = 'm' AND a.attrelid = c.oid AND a.attnum > 0), '')
           || coalesce((SELECT string_agg(E';\nCOMMENT ON COLUMN ' || c.printed || '.' || quote_ident(a.attname) || ' IS '
                  || quote_literal(d.description), '' ORDER BY a.attnum)
              FROM pg_description d JOIN pg_attribute a ON a.attrelid = d.objoid AND a.attnum = d.objsubid
              WHERE d.classoid = 'pg_class'::regclass AND d.objoid = c.oid AND d.objsubid > 0), '')
    FROM relation c
    LEFT JOIN pg_am am ON am.oid = c.relam
    LEFT JOIN pg_tablespace ts ON ts.oid = c.reltablespace
    WHERE c.relkind IN ('v', 'm')

    UNION ALL
    SELECT 'foreign table', 'pg_class'::regclass, c.oid, c.schema, c.relname, false, NULL,
           json_build_object('server', fs.srvname, 'options', f.ftoptions, 'columns',
               (SELECT json_agg(json_build_array(a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                    pg_get_expr(d.adbin, d.adrelid), a.attfdwoptions) ORDER BY a.attnum)
                FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped))::text
    FROM relation c
    JOIN pg_foreign_table f ON f.ftrelid = c.oid
    JOIN pg_foreign_server fs ON fs.oid = f.ftserver

    UNION ALL
    SELECT 'composite type', 'pg_class'::regclass, c.oid, c.schema, c.relname, false, NULL,
           'CREATE TYPE ' || c.printed || ' AS (' || coalesce((
               SELECT string_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
                   || CASE WHEN a.attcollation <> t.typcollation
                      THEN ' COLLATE ' || quote_ident(n.nspname) || '.' || quote_ident(o.collname) ELSE '' END,
                   ', ' ORDER BY a.attnum)
               FROM pg_attribute a
               JOIN pg_type t ON t.oid = a.atttypid
               LEFT JOIN pg_collation o ON o.oid = a.attcollation
               LEFT JOIN pg_namespace n ON n.oid = o.collnamespace
               WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '') || ')'
    FROM relation c
    WHERE c.relkind = 'c'

    UNION ALL
    SELECT 'typed table', 'pg_class'::regclass, c.oid, c.schema, c.relname, false,
           json_build_array(json_build_array('pg_class', c.oid::bigint, 0)),
           c.printed || ' OF ' || format_type(c.reloftype, NULL)
    FROM relation c
    WHERE c.relkind IN ('r', 'p') AND c.reloftype <> 0

    UNION ALL
    SELECT 'index', 'pg_class'::regclass, i.indexrelid, c.schema, ic.relname, false, NULL,
           pg_get_indexdef(i.indexrelid)
           || CASE WHEN i.indisclustered THEN E';\nALTER MATERIALIZED VIEW ' || c.printed || ' CLUSTER ON '
              || quote_ident(ic.relname) ELSE '' END
           || coalesce((SELECT string_agg(E';\nALTER INDEX ' || quote_ident(c.schema) || '.' || quote_ident(ic.relname)
                  || ' ALTER COLUMN ' || a.attnum || ' SET STATISTICS ' || a.attstattarget, '' ORDER BY a.attnum)
              FROM pg_attribute a WHERE a.attrelid = ic.oid AND a.attstattarget >= 0), '')
    FROM relation c
    JOIN pg_index i ON i.indrelid = c.oid
    JOIN pg_class ic ON ic.oid = i.indexrelid
    WHERE c.relkind = 'm'

    UNION ALL
    SELECT CASE WHEN c.contype = 'f' THEN 'foreign key' ELSE 'not null constraint' END,
           'pg_constraint'::regclass, c.oid, t.schema, t.relname,
           -- in the model a column is not null for its children as well
           c.contype = 'f',
           json_build_array(json_build_array('pg_class', t.oid::bigint, c.conkey[1])),
           pg_get_constraintdef(c.oid)
    FROM relation t
    JOIN pg_constraint c ON c.conrelid = t.oid
    WHERE t.relkind IN ('r', 'p')
      AND c.conparentid = 0
      AND (c.contype = 'f' OR c.contype = 'n' AND c.conislocal AND c.convalidated AND c.connoinherit)

    UNION ALL
    SELECT 'column grant', 'pg_attribute'::regclass, t.oid, t.schema, t.relname, false,
           json_build_array(json_build_array('pg_class', t.oid::bigint, a.attnum)),
           (SELECT string_agg(DISTINCT 'GRANT ' || g.privilege_type || ' (' || quote_ident(a.attname) || ') ON TABLE '
                   || t.printed || ' TO ' || coalesce(quote_ident(r.rolname), 'PUBLIC')
                   || CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END, E';\n')
            FROM aclexplode(a.attacl) g LEFT JOIN pg_roles r ON r.oid = g.grantee)
    FROM relation t
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE t.relkind IN ('r', 'p') AND a.attacl IS NOT NULL AND cardinality(a.attacl) > 0

    UNION ALL
    -- owner and privileges of tables and sequences, where they are not those that the database's owner would give
    SELECT 'privileges', 'pg_class'::regclass, t.oid, t.schema, t.relname, false,
           json_build_array(json_build_array('pg_class', t.oid::bigint, 0)),
           concat_ws(E';\n',
               CASE WHEN t.relowner <> (SELECT d.datdba FROM pg_database d WHERE d.datname = current_database())
               THEN 'ALTER ' || t.word || ' ' || t.printed || ' OWNER TO ' || t.relowner::regrole END,
               CASE WHEN t.relacl IS NOT NULL AND NOT t.relacl @> acldefault(CASE t.relkind WHEN 'S' THEN 's'::"char" ELSE 'r' END, t.relowner)
               THEN 'REVOKE ALL ON ' || t.word || ' ' || t.printed || ' FROM ' || t.relowner::regrole END,
               (SELECT string_agg('GRANT ' || g.privilege || ' ON ' || t.word || ' ' || t.printed || ' TO ' || g.grantee
                       || CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END, E';\n' ORDER BY g.grantee, g.is_grantable)
                FROM (SELECT coalesce(quote_ident(r.rolname), 'PUBLIC') AS grantee, e.is_grantable,
                             string_agg(DISTINCT e.privilege_type, ', ') AS privilege
                      FROM aclexplode(t.relacl) e LEFT JOIN pg_roles r ON r.oid = e.grantee
                      WHERE e.grantee <> t.relowner
                         OR NOT t.relacl @> acldefault(CASE t.relkind WHEN 'S' THEN 's'::"char" ELSE 'r' END, t.relowner)
                      GROUP BY r.rolname, e.is_grantable) g))
    FROM (SELECT c.oid, c.schema, c.relname, c.relkind, c.relowner, c.relacl, c.printed, 'TABLE' AS word
          FROM relation c WHERE c.relkind IN ('r', 'p')
          UNION ALL
          SELECT c.oid, s.name, c.relname, c.relkind, c.relowner, c.relacl,
                 quote_ident(s.name) || '.' || quote_ident(c.relname), 'SEQUENCE'
          FROM pg_class c JOIN user_schema s ON s.oid = c.relnamespace
          WHERE c.relkind = 'S'
            AND NOT EXISTS (SELECT FROM pg_depend d
                            WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('i', 'e'))) t
    WHERE t.relacl IS NOT NULL AND t.relacl <> acldefault(CASE t.relkind WHEN 'S' THEN 's'::"char" ELSE 'r' END, t.relowner)
       -- an owned sequence has its table's owner
       OR t.relowner <> (SELECT d.datdba FROM pg_database d WHERE d.datname = current_database())

    UNION ALL
    SELECT 'publication table', 'pg_publication_rel'::regclass, r.oid, c.schema, c.relname, false, NULL,
           'ALTER PUBLICATION ' || quote_ident(p.pubname) || ' ADD TABLE ONLY ' || c.printed
           || CASE WHEN to_jsonb(r) ->> 'prattrs' IS NOT NULL
              THEN ' (' || (SELECT string_agg(quote_ident(a.name), ', ')
                            FROM jsonb_array_elements_text(to_jsonb(x) -> 'attnames') a(name)) || ')' ELSE '' END
           || coalesce(' WHERE (' || (to_jsonb(x) ->> 'rowfilter') || ')', '')
    FROM relation c
    JOIN pg_publication_rel r ON r.prrelid = c.oid
    JOIN pg_publication p ON p.oid = r.prpubid
    LEFT JOIN pg_publication_tables x ON x.pubname = p.pubname AND x.schemaname = c.schema AND x.tablename = c.relname

    UNION ALL
    SELECT 'trigger', 'pg_trigger'::regclass, g.oid, t.schema, t.relname, false, NULL,
           pg_get_triggerdef(g.oid)
           || CASE WHEN g.tgenabled = 'O' THEN '' ELSE E';\nALTER TABLE ' || t.printed || CASE g.tgenabled
               WHEN 'A' THEN ' ENABLE ALWAYS' WHEN 'R' THEN ' ENABLE REPLICA' ELSE ' DISABLE' END
               || ' TRIGGER ' || quote_ident(g.tgname) END
    FROM relation t
    JOIN pg_trigger g ON g.tgrelid = t.oid
    WHERE NOT g.tgisinternal AND g.tgparentid = 0

    UNION ALL
    SELECT 'policy', 'pg_policy'::regclass, p.oid, t.schema, t.relname, false, NULL,
           'CREATE POLICY ' || quote_ident(p.polname) || ' ON ' || t.printed
           || CASE WHEN p.polpermissive THEN '' ELSE ' AS RESTRICTIVE' END
           || ' FOR ' || CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
                         WHEN 'd' THEN 'DELETE' ELSE 'ALL' END
           || ' TO ' || (SELECT string_agg(coalesce(quote_ident(r.rolname), 'PUBLIC'), ', ' ORDER BY r.rolname)
                         FROM unnest(p.polroles) x(oid) LEFT JOIN pg_roles r ON r.oid = x.oid)
           || coalesce(' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', '')
           || coalesce(' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')', '')
    FROM relation t
    JOIN pg_policy p ON p.polrelid = t.oid

    UNION ALL
    SELECT 'rule', 'pg_rewrite'::regclass, r.oid, t.schema, t.relname, false, NULL,
           rtrim(pg_get_ruledef(r.oid), ';')
           || CASE WHEN r.ev_enabled = 'O' THEN '' ELSE E';\nALTER TABLE ' || t.printed || CASE r.ev_enabled
               WHEN 'A' THEN ' ENABLE ALWAYS' WHEN 'R' THEN ' ENABLE REPLICA' ELSE ' DISABLE' END
               || ' RULE ' || quote_ident(r.rulename) END
    FROM relation t
    JOIN pg_rewrite r ON r.ev_class = t.oid
    WHERE r.rulename <> '_RETURN'

    UNION ALL
    SELECT CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END,
           'pg_proc'::regclass, p.oid, s.name, p.proname, false, NULL,
           CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid)
           ELSE (SELECT json_build_object('arguments', pg_get_function_arguments(p.oid),
                     'result', pg_get_function_result(p.oid), 'transition', g.aggtransfn::regprocedure::text,
                     'state', format_type(g.aggtranstype, NULL), 'initial', g.agginitval, 'space', g.aggtransspace,
                     'final', g.aggfinalfn::regprocedure::text, 'combine', g.aggcombinefn::regprocedure::text,
                     'moving', g.aggmtransfn::regprocedure::text, 'sort', g.aggsortop::regoperator::text,
                     'kind', g.aggkind, 'parallel', p.proparallel)::text
                 FROM pg_aggregate g WHERE g.aggfnoid = p.oid) END
    FROM pg_proc p
    JOIN user_schema s ON s.oid = p.pronamespace
    -- 'i': a range type's constructors
    WHERE NOT EXISTS (
        SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i'
    )

    UNION ALL
    SELECT CASE t.typtype WHEN 'd' THEN 'domain' WHEN 'r' THEN 'range type' WHEN 'b' THEN 'base type' ELSE 'shell type' END,
           'pg_type'::regclass, t.oid, s.name, t.typname, false, NULL,
           CASE t.typtype
           WHEN 'd' THEN 'CREATE DOMAIN ' || quote_ident(s.name) || '.' || quote_ident(t.typname) || ' AS '
               || format_type(t.typbasetype, t.typtypmod)
               || CASE WHEN t.typcollation <> b.typcollation
                  THEN ' COLLATE ' || quote_ident(n.nspname) || '.' || quote_ident(o.collname) ELSE '' END
               || coalesce(' DEFAULT ' || pg_get_expr(t.typdefaultbin, 0), '')
               || CASE WHEN t.typnotnull THEN ' NOT NULL' ELSE '' END
               || coalesce((SELECT string_agg(' CONSTRAINT ' || quote_ident(k.conname) || ' ' || pg_get_constraintdef(k.oid),
                                '' ORDER BY k.conname)
                            FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c'), '')
           WHEN 'r' THEN (
               SELECT 'CREATE TYPE ' || quote_ident(s.name) || '.' || quote_ident(t.typname) || ' AS RANGE (subtype = '
                   || format_type(r.rngsubtype, NULL)
                   || CASE WHEN r.rngcollation <> 0 THEN ', collation = ' || r.rngcollation::regcollation ELSE '' END
                   || CASE WHEN r.rngcanonical <> 0 THEN ', canonical = ' || r.rngcanonical::regproc ELSE '' END
                   || CASE WHEN r.rngsubdiff <> 0 THEN ', subtype_diff = ' || r.rngsubdiff::regproc ELSE '' END || ')'
               FROM pg_range r WHERE r.rngtypid = t.oid)
           ELSE json_build_object('length', t.typlen, 'align', t.typalign, 'storage', t.typstorage, 'input', t.typinput::text,
               'output', t.typoutput::text)::text END
    FROM pg_type t
    JOIN user_schema s ON s.oid = t.typnamespace
    LEFT JOIN pg_type b ON b.oid = t.typbasetype
    LEFT JOIN pg_collation o ON o.oid = t.typcollation
    LEFT JOIN pg_namespace n ON n.oid = o.collnamespace
    WHERE t.typtype IN ('d', 'r', 'p')
       OR t.typtype = 'b' AND NOT EXISTS (
           SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'i'
       )

    UNION ALL
    SELECT 'statistics', 'pg_statistic_ext'::regclass, x.oid, s.name, x.stxname, false, NULL,
           pg_get_statisticsobjdef(x.oid)
           || CASE WHEN x.stxstattarget >= 0 THEN E';\nALTER STATISTICS ' || quote_ident(s.name) || '.'
               || quote_ident(x.stxname) || ' SET STATISTICS ' || x.stxstattarget ELSE '' END
    FROM pg_statistic_ext x
    JOIN user_schema s ON s.oid = x.stxnamespace

    UNION ALL
    SELECT 'collation', 'pg_collation'::regclass, c.oid, s.name, c.collname, false, NULL,
           'CREATE COLLATION ' || quote_ident(s.name) || '.' || quote_ident(c.collname) || ' (provider = '
           || CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END
           || CASE WHEN c.collprovider = 'c'
              THEN ', lc_collate = ' || quote_literal(c.collcollate) || ', lc_ctype = ' || quote_literal(c.collctype)
              -- the locale has had three places: until 14, 15 and 16, since 17
              ELSE ', locale = ' || quote_literal(coalesce(n.fields ->> 'colllocale', n.fields ->> 'colliculocale', c.collcollate)) END
           || CASE WHEN c.collisdeterministic THEN '' ELSE ', deterministic = false' END
           || coalesce(', rules = ' || quote_literal(n.fields ->> 'collicurules'), '') || ')'
    FROM pg_collation c
    CROSS JOIN LATERAL (SELECT to_jsonb(c) AS fields) n
    JOIN user_schema s ON s.oid = c.collnamespace

    UNION ALL
    SELECT 'operator', 'pg_operator'::regclass, o.oid, s.name, o.oprname, false, NULL,
           json_build_object('function', o.oprcode::regprocedure::text, 'result', o.oprresult::regtype::text,
               'commutator', o.oprcom::regoperator::text, 'negator', o.oprnegate::regoperator::text,
               'restrict', o.oprrest::text, 'join', o.oprjoin::text, 'hashes', o.oprcanhash, 'merges', o.oprcanmerge)::text
    FROM pg_operator o
    JOIN user_schema s ON s.oid = o.oprnamespace

    UNION ALL
    SELECT 'operator class', 'pg_opclass'::regclass, o.oid, s.name, o.opcname, false, NULL,
           json_build_object('type', o.opcintype::regtype::text, 'default', o.opcdefault,
               'key', o.opckeytype::regtype::text)::text
    FROM pg_opclass o
    JOIN user_schema s ON s.oid = o.opcnamespace

    UNION ALL
    SELECT 'operator family', 'pg_opfamily'::regclass, o.oid, s.name, o.opfname, false, NULL,
           coalesce((SELECT string_agg(m.amopstrategy || ' ' || m.amopopr::regoperator::text, ', '
                         ORDER BY m.amopstrategy, m.amopopr::regoperator::text)
                     FROM pg_amop m WHERE m.amopfamily = o.oid), '')
           || ' | ' || coalesce((SELECT string_agg(m.amprocnum || ' ' || m.amproc::regprocedure::text, ', '
                         ORDER BY m.amprocnum, m.amproc::regprocedure::text)
                     FROM pg_amproc m WHERE m.amprocfamily = o.oid), '')
    FROM pg_opfamily o
    JOIN user_schema s ON s.oid = o.opfnamespace

    UNION ALL
    SELECT 'conversion', 'pg_conversion'::regclass, c.oid, s.name, c.conname, false, NULL,
           json_build_array(pg_encoding_to_char(c.conforencoding), pg_encoding_to_char(c.contoencoding), c.conproc::text,
               c.condefault)::text
    FROM pg_conversion c
    JOIN user_schema s ON s.oid = c.connamespace

    UNION ALL
    SELECT 'text search configuration', 'pg_ts_config'::regclass, c.oid, s.name, c.cfgname, false, NULL,
           coalesce((SELECT string_agg(m.maptokentype || ' ' || m.mapdict::regdictionary::text, ', '
                         ORDER BY m.maptokentype, m.mapseqno)
                     FROM pg_ts_config_map m WHERE m.mapcfg = c.oid), '')
    FROM pg_ts_config c
    JOIN user_schema s ON s.oid = c.cfgnamespace

    UNION ALL
    SELECT 'text search dictionary', 'pg_ts_dict'::regclass, d.oid, s.name, d.dictname, false, NULL,
           coalesce(d.dictinitoption, '')
    FROM pg_ts_dict d
    JOIN user_schema s ON s.oid = d.dictnamespace

    UNION ALL
    SELECT 'text search parser', 'pg_ts_parser'::regclass, p.oid, s.name, p.prsname, false, NULL,
           json_build_array(p.prsstart::text, p.prstoken::text, p.prsend::text, p.prsheadline::text, p.prslextype::text)::text
    FROM pg_ts_parser p
    JOIN user_schema s ON s.oid = p.prsnamespace

    UNION ALL
    SELECT 'text search template', 'pg_ts_template'::regclass, t.oid, s.name, t.tmplname, false, NULL,
           json_build_array(t.tmplinit::text, t.tmpllexize::text)::text
    FROM pg_ts_template t
    JOIN user_schema s ON s.oid = t.tmplnamespace

    UNION ALL
    SELECT 'publication', 'pg_publication'::regclass, p.oid, NULL, NULL, false, NULL,
           jsonb_build_object('options', to_jsonb(p) - '{oid,pubowner,pubname}'::text[],
               'tables', (SELECT jsonb_agg(jsonb_build_array(n.nspname, c.relname,
                                     -- the view lists every column where the publication names none
                                     CASE WHEN to_jsonb(r) ->> 'prattrs' IS NOT NULL THEN to_jsonb(x) -> 'attnames' END,
                                     to_jsonb(x) -> 'rowfilter') ORDER BY n.nspname, c.relname)
                          FROM pg_publication_rel r
                          JOIN pg_class c ON c.oid = r.prrelid
                          JOIN pg_namespace n ON n.oid = c.relnamespace
                          LEFT JOIN pg_publication_tables x
                              ON x.pubname = p.pubname AND x.schemaname = n.nspname AND x.tablename = c.relname
                          WHERE r.prpubid = p.oid),
               'schemas', (SELECT jsonb_agg(n.nspname ORDER BY n.nspname)
                           FROM pg_depend m
                           JOIN pg_depend d ON d.classid = m.classid AND d.objid = m.objid
                           JOIN pg_namespace n ON n.oid = d.refobjid
                           WHERE m.classid = to_regclass('pg_catalog.pg_publication_namespace')
                             AND m.refclassid = 'pg_publication'::regclass AND m.refobjid = p.oid
                             AND d.refclassid = 'pg_namespace'::regclass))::text
    FROM pg_publication p

    UNION ALL
    SELECT 'event trigger', 'pg_event_trigger'::regclass, e.oid, NULL, NULL, false, NULL,
           json_build_object('event', e.evtevent, 'function', e.evtfoid::regprocedure::text, 'enabled', e.evtenabled,
               'tags', e.evttags)::text
    FROM pg_event_trigger e

    UNION ALL
    SELECT 'extension', 'pg_extension'::regclass, x.oid, NULL, NULL, false, NULL,
           'CREATE EXTENSION ' || quote_ident(x.extname) || ' WITH SCHEMA ' || quote_ident(n.nspname)
    FROM pg_extension x
    JOIN pg_namespace n ON n.oid = x.extnamespace
    WHERE x.extname <> 'plpgsql'

    UNION ALL
    SELECT 'cast', 'pg_cast'::regclass, c.oid, NULL, NULL, false, NULL,
           json_build_array(c.castfunc::regprocedure::text, c.castcontext, c.castmethod)::text
    FROM pg_cast c
    WHERE c.oid >= 16384
      -- 'i': from a range type to its multirange
      AND NOT EXISTS (
          SELECT FROM pg_depend d WHERE d.classid = 'pg_cast'::regclass AND d.objid = c.oid AND d.deptype = 'i'
      )

    UNION ALL
    SELECT 'transform', 'pg_transform'::regclass, t.oid, NULL, NULL, false, NULL,
           json_build_array(t.trffromsql::regprocedure::text, t.trftosql::regprocedure::text)::text
    FROM pg_transform t

    UNION ALL
    SELECT 'language', 'pg_language'::regclass, l.oid, NULL, NULL, false, NULL, l.lanplcallfoid::regprocedure::text
    FROM pg_language l
    WHERE l.oid >= 16384

    UNION ALL
    SELECT 'access method', 'pg_am'::regclass, a.oid, NULL, NULL, false, NULL, a.amhandler::regproc::text
    FROM pg_am a
    WHERE a.oid >= 16384

    UNION ALL
    SELECT 'foreign data wrapper', 'pg_foreign_data_wrapper'::regclass, f.oid, NULL, NULL, false, NULL,
           json_build_array(f.fdwhandler::regproc::text, f.fdwvalidator::regproc::text)::text
    FROM pg_foreign_data_wrapper f

    UNION ALL
    -- options may hold passwords
    SELECT 'foreign server', 'pg_foreign_server'::regclass, f.oid, NULL, NULL, false, NULL,
           json_build_array(w.fdwname, f.srvtype, f.srvversion)::text
    FROM pg_foreign_server f
    JOIN pg_foreign_data_wrapper w ON w.oid = f.srvfdw

    UNION ALL
    SELECT 'subscription', 'pg_subscription'::regclass, u.oid, NULL, NULL, false, NULL, u.subpublications::text
    FROM pg_subscription u
    WHERE u.subdbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
)
SELECT f.kind,
       f.class::text AS class,
       f.oid::bigint AS oid,
       f.schema,
       f.name,
       f.in_model,
       f.refs,
       f.definition,
       CASE WHEN f.kind NOT IN ('column grant', 'privileges') THEN obj_description(f.oid, f.class::text) END AS comment,
       CASE WHEN f.kind = 'column grant' THEN
           (SELECT identity FROM pg_identify_object('pg_class'::regclass, f.oid, (f.refs -> 0 ->> 2)::int))
       ELSE (SELECT identity FROM pg_identify_object(f.class, f.oid, 0)) END AS identity
FROM found f
WHERE NOT EXISTS (
    SELECT FROM pg_depend e
    WHERE e.classid = f.class AND e.objid = f.oid AND e.deptype = 'e' AND f.kind NOT IN ('column grant', 'privileges')
)
ORDER BY f.kind, f.oid
