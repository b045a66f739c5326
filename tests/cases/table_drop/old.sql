CREATE TABLE kept (id int PRIMARY KEY);
CREATE TABLE gone (id serial PRIMARY KEY, kept int REFERENCES kept, note text);
CREATE TABLE child (id int PRIMARY KEY, gone int CONSTRAINT child_gone REFERENCES gone ON DELETE SET NULL);
CREATE INDEX gone_note ON gone (note);
COMMENT ON TABLE gone IS 'About to go';
