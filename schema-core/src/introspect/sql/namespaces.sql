SELECT s.name, obj_description(s.oid, 'pg_namespace') AS comment
FROM user_schema s
ORDER BY s.name
