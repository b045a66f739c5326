CREATE TABLE t (id int PRIMARY KEY, a int, b bigint NOT NULL);
CREATE TABLE refs (id int PRIMARY KEY, t int REFERENCES t);
