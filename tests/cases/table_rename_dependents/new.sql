CREATE TABLE people (id int PRIMARY KEY, full_name text NOT NULL, born text);
CREATE VIEW named AS SELECT id, full_name AS name FROM people WHERE full_name <> 'contacts';
CREATE VIEW counted AS SELECT c.id, c.full_name AS name, count(*) AS n FROM people c JOIN people d ON c.full_name = d.full_name GROUP BY c.id;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER touch BEFORE UPDATE OF full_name ON people FOR EACH ROW EXECUTE FUNCTION touch();
CREATE POLICY own ON people USING (full_name <> '');
CREATE STATISTICS st ON id, full_name FROM people;
GRANT SELECT, INSERT ON people TO PUBLIC;
GRANT UPDATE (full_name) ON people TO PUBLIC;
