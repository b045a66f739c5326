INSERT INTO t SELECT i, md5(i::text)::uuid, -1 FROM generate_series(1, 20) i;
