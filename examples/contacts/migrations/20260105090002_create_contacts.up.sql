-- What: create table public.contacts
-- Why: the table public.contacts is new.
-- When: now; old code runs on.
-- After it: old code runs on, and new code can be deployed.
-- Locks: SHARE ROW EXCLUSIVE on public.organizations: writes and DDL wait.
-- Takes: milliseconds, whatever the size of the table.
-- Note: Nobody uses the table yet: old code does not know it.
-- Undo: the file beside it.
-- Run: psql -X -v ON_ERROR_STOP=1 -1 -f, or any runner that takes one transaction a file. For PostgreSQL 14 and
--   later.

SET LOCAL lock_timeout = '200ms';

CREATE TABLE public.contacts (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    organization_id uuid NOT NULL,
    name character varying(255) NOT NULL,
    email character varying(255),
    phone character varying(50),
    status public.contact_status DEFAULT 'active'::public.contact_status NOT NULL,
    notes text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT contacts_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations (id) ON DELETE CASCADE,
    CONSTRAINT contacts_pkey PRIMARY KEY (id)
);
CREATE INDEX contacts_email_idx ON public.contacts USING btree (email);
CREATE INDEX contacts_organization_id_idx ON public.contacts USING btree (organization_id);
CREATE INDEX contacts_status_idx ON public.contacts USING btree (status);
