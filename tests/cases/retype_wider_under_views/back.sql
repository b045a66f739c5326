CREATE TABLE a (id int PRIMARY KEY, x varchar(20), y varchar(20), z int);
CREATE TABLE b (id int PRIMARY KEY, x varchar(20), a int REFERENCES a);
CREATE VIEW v AS SELECT a.id, a.x, a.y, b.x AS bx FROM a JOIN b ON b.a = a.id;
CREATE VIEW w AS SELECT v.x, v.y FROM v;
