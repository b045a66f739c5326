SELECT c.shown || '.' || quote_ident(t.tgname), concat_ws(E'\n', 'definition: ' || pg_get_triggerdef(t.oid), 'enabled: ' || t.tgenabled::text)
FROM rel c
JOIN pg_trigger t ON t.tgrelid = c.oid
WHERE NOT t.tgisinternal
UNION ALL
SELECT 'event trigger ' || quote_ident(e.evtname),
    concat_ws(E'\n', e.evtevent, e.evtfoid::regprocedure, 'enabled: ' || e.evtenabled::text, e.evttags::text)
FROM pg_event_trigger e
WHERE ('pg_event_trigger'::regclass, e.oid) NOT IN (SELECT classid, objid FROM foreign_to_us)
UNION ALL
-- foreign keys that ALTER TABLE … DISABLE TRIGGER ALL put to sleep
SELECT c.shown || '.' || quote_ident(k.conname) || ' (internal)', count(*) || ' disabled'
FROM rel c
JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgisinternal AND t.tgenabled <> 'O'
JOIN pg_constraint k ON k.oid = t.tgconstraint
GROUP BY 1
