CREATE TYPE grade AS ENUM ('l0', 'l1', 'l2', 'l3');
CREATE TYPE mark AS ENUM ('l0', 'l1', 'l2', 'l3', 'l4');
CREATE TABLE t (id int PRIMARY KEY, b text, e mark, name text NOT NULL);
