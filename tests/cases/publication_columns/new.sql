CREATE TABLE t (id int PRIMARY KEY, a bigint, b text);
CREATE TABLE u (id int PRIMARY KEY, "N 2" int, m int);
CREATE TABLE v (id int PRIMARY KEY, a bigint);
ALTER TABLE v REPLICA IDENTITY FULL;
CREATE PUBLICATION pub FOR TABLE t (id, a) WHERE (id > 5), u (id, "N 2"), v WHERE (a > 5);
