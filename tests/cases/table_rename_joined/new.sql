CREATE TABLE a (id serial PRIMARY KEY, x text);
CREATE TABLE c (id int PRIMARY KEY, a int REFERENCES a, y text);
CREATE VIEW v AS SELECT a.x, c.y FROM a JOIN c ON c.a = a.id;
ALTER TABLE a RENAME TO b;
