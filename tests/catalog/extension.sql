SELECT extname::text, 'schema: ' || extnamespace::regnamespace FROM pg_extension
