SELECT 'collation ' || c.oid::regcollation, jsonb_strip_nulls(to_jsonb(c) - '{oid,collowner,collnamespace,collname,collversion}'::text[])::text
FROM pg_collation c WHERE c.collnamespace IN (SELECT oid FROM space)
UNION ALL
SELECT 'operator ' || o.oid::regoperator, concat_ws(' ', o.oprcode, o.oprresult::regtype, o.oprcom::regoperator, o.oprnegate::regoperator, o.oprcanhash, o.oprcanmerge)
FROM pg_operator o
WHERE o.oprnamespace IN (SELECT oid FROM space) AND ('pg_operator'::regclass, o.oid) NOT IN (SELECT classid, objid FROM foreign_to_us)
UNION ALL
SELECT 'cast ' || c.castsource::regtype || ' to ' || c.casttarget::regtype, concat_ws(' ', c.castfunc::regprocedure, c.castcontext, c.castmethod)
FROM pg_cast c
WHERE c.oid >= 16384 AND ('pg_cast'::regclass, c.oid) NOT IN (SELECT classid, objid FROM foreign_to_us)
UNION ALL
SELECT 'text search ' || c.oid::regconfig, (SELECT string_agg(m.maptokentype || ' ' || m.mapdict::regdictionary, ', ' ORDER BY m.maptokentype, m.mapseqno) FROM pg_ts_config_map m WHERE m.mapcfg = c.oid)
FROM pg_ts_config c WHERE c.cfgnamespace IN (SELECT oid FROM space)
UNION ALL
SELECT 'dictionary ' || d.oid::regdictionary, coalesce(d.dictinitoption, '')
FROM pg_ts_dict d
WHERE d.dictnamespace IN (SELECT oid FROM space) AND ('pg_ts_dict'::regclass, d.oid) NOT IN (SELECT classid, objid FROM foreign_to_us)
UNION ALL
SELECT 'operator class ' || m.amname || ' ' || o.opcnamespace::regnamespace || '.' || quote_ident(o.opcname), concat_ws(' ', o.opcintype::regtype, o.opcdefault)
FROM pg_opclass o JOIN pg_am m ON m.oid = o.opcmethod
WHERE o.opcnamespace IN (SELECT oid FROM space) AND ('pg_opclass'::regclass, o.oid) NOT IN (SELECT classid, objid FROM foreign_to_us)
UNION ALL
SELECT 'default privilege ' || d.defaclrole::regrole || ' ' || coalesce(d.defaclnamespace::regnamespace::text, '*') || ' ' || d.defaclobjtype::text,
    (SELECT string_agg(x::text, ', ' ORDER BY x::text) FROM unnest(d.defaclacl) x)
FROM pg_default_acl d
