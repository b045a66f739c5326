CREATE TABLE t (id int PRIMARY KEY, num int NOT NULL);
CREATE SEQUENCE t_no_seq AS integer OWNED BY t.num;
ALTER TABLE t ALTER num SET DEFAULT nextval('t_no_seq');
