SELECT current_setting('server_version_num')::int AS version,
       current_database() AS database
