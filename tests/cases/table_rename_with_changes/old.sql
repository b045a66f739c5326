CREATE TABLE orgs (id int PRIMARY KEY);
CREATE TABLE contacts (
    id int PRIMARY KEY,
    no serial NOT NULL,
    name varchar(50) NOT NULL,
    born text,
    phone text,
    score int,
    org int REFERENCES orgs,
    total bigint GENERATED ALWAYS AS (score * 2) STORED
);
CREATE UNIQUE INDEX contacts_name_key ON contacts (name);
CREATE TABLE calls (id int PRIMARY KEY, contact int REFERENCES contacts (id));
