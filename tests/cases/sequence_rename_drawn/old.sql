CREATE SEQUENCE numbers AS integer;
CREATE TABLE t (id integer PRIMARY KEY DEFAULT nextval('numbers'), note text);
CREATE TABLE u (id integer PRIMARY KEY DEFAULT nextval('numbers'));
CREATE SEQUENCE more;
CREATE TABLE v (id bigint PRIMARY KEY, n bigint NOT NULL DEFAULT nextval('more'));
