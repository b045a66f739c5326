SELECT quote_ident(nspname), '' FROM space
WHERE ('pg_namespace'::regclass, oid) NOT IN (SELECT classid, objid FROM foreign_to_us)
