DECLARE
    path CONSTANT text := current_setting('search_path');
    standing bigint;
    differences text;
BEGIN
    -- Definitions print the same in every session. The path is put back below: the runner's own statement follows.
    PERFORM set_config('search_path', '', true);
    PERFORM set_config('TimeZone', 'UTC', true);
    SELECT count(*) INTO standing
    FROM unnest(ARRAY[
            {objects}
    ]) AS object
    WHERE to_regclass(object) IS NOT NULL OR to_regtype(object) IS NOT NULL;

    IF standing = 0 THEN
        {create}PERFORM set_config('search_path', path, true);
        RETURN;
    END IF;

    SELECT string_agg(format('%s: %s', wanted.object, wanted.line), E'\n') INTO differences
    FROM (VALUES
            {parts}
    ) AS wanted (object, line)
    WHERE NOT EXISTS (
        SELECT FROM (
{definition}
        ) AS part
        WHERE part.line = wanted.line
    );
    IF differences IS NOT NULL THEN
        RAISE EXCEPTION 'this database is not what the baseline was made from'
            USING DETAIL = differences,
                  HINT = 'Bring these objects into the form that is named, or make the baseline anew from this database.';
    END IF;
    PERFORM set_config('search_path', path, true);
END
