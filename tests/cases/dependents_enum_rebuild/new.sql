CREATE TYPE mood AS ENUM ('ok', 'sad');
CREATE TABLE t (id int PRIMARY KEY, m mood NOT NULL DEFAULT 'ok', all_of mood[]);
CREATE VIEW v AS SELECT id, m FROM t WHERE m = 'ok';
CREATE VIEW constant AS SELECT 'ok'::mood AS m;
CREATE FUNCTION is_ok(m mood) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT m = ''ok''::mood';
COMMENT ON FUNCTION is_ok(mood) IS 'whether';
CREATE FUNCTION usual() RETURNS mood LANGUAGE plpgsql AS 'BEGIN RETURN ''ok''; END';
CREATE VIEW those AS SELECT id FROM t WHERE is_ok(m);
CREATE POLICY p ON t USING (m <> 'sad' AND is_ok(m));
