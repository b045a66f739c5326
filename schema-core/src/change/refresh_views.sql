FOR kept IN
    SELECT k.* FROM ROWS FROM (pg_catalog.jsonb_to_recordset(pg_catalog.current_setting('schemagen.kept')::pg_catalog.jsonb)
        AS (name text, filled boolean)) WITH ORDINALITY AS k
    WHERE k.filled ORDER BY k.ordinality
  LOOP
    EXECUTE pg_catalog.format('REFRESH MATERIALIZED VIEW %s', kept.name);
  END LOOP;
