CREATE TYPE st AS ENUM ('z', 'b');
CREATE TABLE t (id int PRIMARY KEY, s st NOT NULL DEFAULT 'z', many st[] DEFAULT '{z}', CONSTRAINT c CHECK (s <> 'b'));
CREATE INDEX t_s ON t (id) WHERE s = 'z';
