CREATE TYPE grade AS ENUM ('l0', 'l1', 'l2', 'l3');
CREATE TABLE t (id int PRIMARY KEY, b grade, e grade, name text NOT NULL);
