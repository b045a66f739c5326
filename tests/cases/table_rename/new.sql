CREATE TYPE status AS ENUM ('active', 'gone');
CREATE TABLE orgs (id int PRIMARY KEY);
CREATE TABLE people (
    id serial PRIMARY KEY,
    no int GENERATED ALWAYS AS IDENTITY,
    org int NOT NULL REFERENCES orgs,
    boss int REFERENCES people,
    name varchar(50) NOT NULL DEFAULT 'nobody',
    email text CONSTRAINT people_email_key UNIQUE,
    status status NOT NULL DEFAULT 'active',
    CHECK (name <> '')
);
CREATE INDEX people_org_idx ON people (org);
CREATE INDEX people_name_idx ON people (lower(name)) WHERE status = 'active';
COMMENT ON TABLE people IS 'People we know';
COMMENT ON COLUMN people.name IS 'As written';
CREATE TABLE calls (id int PRIMARY KEY, contact int NOT NULL CONSTRAINT calls_contact_fkey REFERENCES people);
