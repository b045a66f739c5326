CREATE TABLE contacts (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name varchar(255) NOT NULL, email text);
COMMENT ON COLUMN contacts.name IS 'What they are called';
