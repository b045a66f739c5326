DECLARE
  kept record;
  entry record;
  standing pg_catalog.aclitem[];
  usual pg_catalog.aclitem[];
BEGIN
  FOR kept IN
    SELECT k.* FROM ROWS FROM (pg_catalog.jsonb_to_recordset(pg_catalog.current_setting('schemagen.kept')::pg_catalog.jsonb)
        AS (kind text, name text, part text, owner text, privileges text, filled boolean)) WITH ORDINALITY AS k
    ORDER BY k.part IS NOT NULL, k.ordinality
  LOOP
    IF kept.part IS NULL THEN
      EXECUTE pg_catalog.format('ALTER %s %s OWNER TO %s', kept.kind, kept.name, kept.owner);
      IF kept.kind = 'TABLE' THEN
        SELECT c.relacl, pg_catalog.acldefault('r', c.relowner) INTO standing, usual
        FROM pg_catalog.pg_class c WHERE c.oid = kept.name::pg_catalog.regclass;
      ELSE
        SELECT p.proacl, pg_catalog.acldefault('f', p.proowner) INTO standing, usual
        FROM pg_catalog.pg_proc p WHERE p.oid = kept.name::pg_catalog.regprocedure;
      END IF;
      CONTINUE WHEN standing IS NULL AND kept.privileges IS NULL;
      -- Default privileges may have given more than stood.
      FOR entry IN
        SELECT DISTINCT CASE e.grantee WHEN 0 THEN 'PUBLIC' ELSE e.grantee::pg_catalog.regrole::text END AS role
        FROM pg_catalog.aclexplode(coalesce(standing, usual)) e
      LOOP
        EXECUTE pg_catalog.format('REVOKE ALL ON %s %s FROM %s', kept.kind, kept.name, entry.role);
      END LOOP;
    END IF;
    FOR entry IN
      SELECT e.privilege_type, e.is_grantable,
             CASE e.grantee WHEN 0 THEN 'PUBLIC' ELSE e.grantee::pg_catalog.regrole::text END AS role
      FROM pg_catalog.aclexplode(coalesce(kept.privileges::pg_catalog.aclitem[], usual)) e
    LOOP
      EXECUTE pg_catalog.format('GRANT %s%s ON %s %s TO %s%s', entry.privilege_type, coalesce(' (' || kept.part || ')', ''),
        kept.kind, kept.name, entry.role, CASE WHEN entry.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END);
    END LOOP;
  END LOOP;
  {refresh}
END
