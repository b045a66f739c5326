SELECT p.oid::regprocedure::text, CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid)
    ELSE (SELECT concat_ws(E'\n', 'aggregate', pg_get_function_arguments(p.oid), pg_get_function_result(p.oid), g.aggtransfn,
              g.aggfinalfn, g.aggcombinefn, g.aggtranstype::regtype, g.agginitval, g.aggsortop::regoperator, g.aggkind,
              p.proparallel)
          FROM pg_aggregate g WHERE g.aggfnoid = p.oid) END
    || CASE WHEN p.proowner <> current_user::regrole THEN E'\nowner: ' || p.proowner::regrole ELSE '' END
FROM pg_proc p
WHERE p.pronamespace IN (SELECT oid FROM space)
  AND ('pg_proc'::regclass, p.oid) NOT IN (SELECT classid, objid FROM foreign_to_us)
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')
