-- What: create table public.organizations
-- Why: the table public.organizations is new.
-- When: now; old code runs on.
-- After it: old code runs on; new code waits for the other files of this phase.
-- Locks: none on tables that were there before.
-- Takes: milliseconds, whatever the size of the table.
-- Note: Nobody uses the table yet: old code does not know it.
-- Undo: the file beside it.
-- Run: psql -X -v ON_ERROR_STOP=1 -1 -f, or any runner that takes one transaction a file. For PostgreSQL 14 and
--   later.

CREATE TABLE public.organizations (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    name character varying(255) NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT organizations_pkey PRIMARY KEY (id)
);
