CREATE TABLE contacts (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), full_name varchar(255) NOT NULL, email text);
COMMENT ON COLUMN contacts.full_name IS 'What they are called';
