DECLARE
  broken text;
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_index WHERE indexrelid = pg_catalog.to_regclass({index}) AND indisvalid) THEN
    RETURN;
  END IF;
  SELECT pg_catalog.string_agg(i.indexrelid::pg_catalog.regclass::text, ', ') INTO broken
    FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass({index})) AS t
    JOIN pg_catalog.pg_index AS i ON i.indexrelid = t.relid
    WHERE t.isleaf AND NOT i.indisvalid;
  IF broken IS NULL THEN
    RAISE EXCEPTION USING MESSAGE = {broken} || 'a partition lacks its index',
      HINT = 'a partition that came after the plan was made is not in it: make the plan again';
  END IF;
  RAISE EXCEPTION USING MESSAGE = {broken} || 'INVALID are ' || broken,
    HINT = 'DROP INDEX CONCURRENTLY each of these, run the file that builds it again, then this one';
END
