INSERT INTO t SELECT (i + 0.25)::text, timestamptz '2026-01-01 00:00:00+00' + i * interval '1 day', i FROM generate_series(1, 20) i;
