CREATE TABLE held (a integer PRIMARY KEY, b integer);
CREATE INDEX parents ON held (b);
CREATE INDEX numbers ON held (a, b);
CREATE SEQUENCE children;
CREATE TYPE state AS ENUM ('on', 'off');
CREATE TABLE gone (n integer);
CREATE TABLE kept (a integer PRIMARY KEY, CONSTRAINT kept_n_seq UNIQUE (a));
