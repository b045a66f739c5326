CREATE TYPE status AS ENUM ('z', 'b', 'c');
CREATE TABLE b (id serial PRIMARY KEY, title text NOT NULL, s status DEFAULT 'z');
CREATE TABLE c (id int PRIMARY KEY, a int REFERENCES b);
