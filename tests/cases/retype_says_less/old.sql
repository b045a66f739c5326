CREATE TABLE t (a varchar(40) NOT NULL, at timestamptz, id int PRIMARY KEY);
