CREATE TABLE contacts (id int PRIMARY KEY, name text NOT NULL, born text, phone text);
CREATE VIEW named AS SELECT id, name FROM contacts WHERE name <> 'contacts';
CREATE VIEW counted AS SELECT c.id, c.name, count(*) AS n FROM contacts c JOIN contacts d ON c.name = d.name GROUP BY c.id;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER touch BEFORE UPDATE OF name ON contacts FOR EACH ROW EXECUTE FUNCTION touch();
CREATE POLICY own ON contacts USING (name <> '');
CREATE STATISTICS st ON id, name FROM contacts;
GRANT SELECT, INSERT ON contacts TO PUBLIC;
GRANT UPDATE (name) ON contacts TO PUBLIC;
