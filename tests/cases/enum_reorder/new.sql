CREATE TYPE size AS ENUM ('small', 'middle', 'large');
CREATE TABLE t (id int PRIMARY KEY, size size DEFAULT 'small');
CREATE TABLE u (id int PRIMARY KEY, sizes size[] NOT NULL);
