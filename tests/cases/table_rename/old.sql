CREATE TYPE status AS ENUM ('active', 'gone');
CREATE TABLE orgs (id int PRIMARY KEY);
CREATE TABLE contacts (
    id serial PRIMARY KEY,
    no int GENERATED ALWAYS AS IDENTITY,
    org int NOT NULL REFERENCES orgs,
    boss int REFERENCES contacts,
    name varchar(50) NOT NULL DEFAULT 'nobody',
    email text CONSTRAINT contacts_email_key UNIQUE,
    status status NOT NULL DEFAULT 'active',
    CHECK (name <> '')
);
CREATE INDEX contacts_org_idx ON contacts (org);
CREATE INDEX contacts_name_idx ON contacts (lower(name)) WHERE status = 'active';
COMMENT ON TABLE contacts IS 'People we know';
COMMENT ON COLUMN contacts.name IS 'As written';
CREATE TABLE calls (id int PRIMARY KEY, contact int NOT NULL CONSTRAINT calls_contact_fkey REFERENCES contacts);
