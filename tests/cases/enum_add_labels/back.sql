CREATE TYPE mood AS ENUM ('awful', 'bad', 'sad', 'meh', 'so so', 'ok', 'good', 'great');
CREATE TABLE t (id int PRIMARY KEY, mood mood DEFAULT 'ok');
