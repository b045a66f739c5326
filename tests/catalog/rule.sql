SELECT c.shown || '.' || quote_ident(r.rulename), concat_ws(E'\n', 'definition: ' || pg_get_ruledef(r.oid), 'enabled: ' || r.ev_enabled::text)
FROM rel c
JOIN pg_rewrite r ON r.ev_class = c.oid
WHERE c.relkind NOT IN ('v', 'm') OR r.rulename <> '_RETURN'
