SELECT h.inhrelid AS child, n.nspname AS schema, p.relname AS parent, h.inhdetachpending AS detaching
FROM pg_inherits h
JOIN pg_class p ON p.oid = h.inhparent
JOIN pg_namespace n ON n.oid = p.relnamespace
WHERE h.inhrelid >= 16384
ORDER BY h.inhrelid, h.inhseqno
