CREATE TABLE held (a integer PRIMARY KEY, b integer);
CREATE INDEX held_b ON held (b);
CREATE TABLE parents (a integer PRIMARY KEY, note text);
CREATE TABLE children (id serial PRIMARY KEY, parent integer REFERENCES parents);
CREATE TABLE state (name text PRIMARY KEY);
CREATE SEQUENCE gone;
CREATE SEQUENCE numbers AS integer INCREMENT BY 2;
CREATE TABLE kept (a integer PRIMARY KEY, n serial, m integer DEFAULT nextval('numbers'), p integer REFERENCES parents);
