CREATE TABLE t (id int PRIMARY KEY, a int, b text);
CREATE TABLE u (id int PRIMARY KEY, n int, m int);
CREATE TABLE v (id int PRIMARY KEY, a int);
ALTER TABLE v REPLICA IDENTITY FULL;
CREATE PUBLICATION pub FOR TABLE t (id, a) WHERE (id > 5), u (id, n), v WHERE (a > 5);
