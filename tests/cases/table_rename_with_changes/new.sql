CREATE TABLE orgs (id int PRIMARY KEY);
CREATE TABLE people (
    id int PRIMARY KEY,
    no serial NOT NULL,
    full_name varchar(50) NOT NULL,
    birthday date,
    score int NOT NULL CHECK (score >= 0),
    org_id int,
    total bigint GENERATED ALWAYS AS (score * 2) STORED,
    tier text NOT NULL DEFAULT 'free'
);
ALTER TABLE people ADD CONSTRAINT people_org_id_fkey FOREIGN KEY (org_id) REFERENCES orgs;
CREATE UNIQUE INDEX people_full_name_key ON people (full_name);
CREATE INDEX people_tier_idx ON people (tier);
CREATE TABLE calls (id int PRIMARY KEY, contact int CONSTRAINT calls_contact_fkey REFERENCES people (id));
CREATE TABLE notes (id int PRIMARY KEY, person int NOT NULL REFERENCES people);
