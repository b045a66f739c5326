SELECT c.shown || '.' || quote_ident(p.polname), concat_ws(E'\n',
    'command: ' || p.polcmd::text,
    'permissive: ' || p.polpermissive,
    'roles: ' || (SELECT string_agg(CASE r WHEN 0 THEN 'public' ELSE r::regrole::text END, ', ' ORDER BY r) FROM unnest(p.polroles) r),
    'using: ' || pg_get_expr(p.polqual, c.oid),
    'check: ' || pg_get_expr(p.polwithcheck, c.oid))
FROM rel c
JOIN pg_policy p ON p.polrelid = c.oid
