CREATE TABLE t (id int PRIMARY KEY, n int, always bigint UNIQUE, "S q" int DEFAULT 7, drawn serial, v smallint);
ALTER TABLE t ALTER drawn DROP NOT NULL;
CREATE TABLE refs (id int PRIMARY KEY, a bigint REFERENCES t (always));
