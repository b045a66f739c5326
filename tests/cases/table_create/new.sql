CREATE TYPE status AS ENUM ('active', 'archived');
CREATE TABLE orgs (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);
CREATE TABLE contacts (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    org_id bigint NOT NULL REFERENCES orgs ON DELETE CASCADE,
    email varchar(255) UNIQUE,
    status status NOT NULL DEFAULT 'active',
    score numeric(10, 2) CHECK (score >= 0),
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX contacts_org_id_idx ON contacts (org_id);
CREATE INDEX contacts_email_idx ON contacts (lower(email)) WHERE email IS NOT NULL;
COMMENT ON TABLE contacts IS 'People';
COMMENT ON COLUMN contacts.email IS 'Where to write to';
