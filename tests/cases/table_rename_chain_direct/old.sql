CREATE TABLE a (id serial PRIMARY KEY, x text);
CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a, y text);
CREATE TABLE c (id int PRIMARY KEY, b int REFERENCES b);
CREATE VIEW v AS SELECT a.x, b.y FROM a JOIN b ON b.a = a.id;
