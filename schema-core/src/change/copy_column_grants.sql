DECLARE
  entry record;
BEGIN
  FOR entry IN
    SELECT e.privilege_type, e.is_grantable,
           CASE e.grantee WHEN 0 THEN 'PUBLIC' ELSE e.grantee::pg_catalog.regrole::text END AS role
    FROM pg_catalog.pg_attribute a, pg_catalog.aclexplode(a.attacl) e
    WHERE a.attrelid = {table}::pg_catalog.regclass AND a.attname = {from}
  LOOP
    EXECUTE pg_catalog.format('GRANT %s (%s) ON TABLE %s TO %s%s', entry.privilege_type, {to}, {table}, entry.role,
      CASE WHEN entry.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END);
  END LOOP;
END
