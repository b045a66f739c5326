CREATE SEQUENCE second_numbers AS integer CACHE 5;
CREATE TABLE t (n integer NOT NULL DEFAULT nextval('second_numbers') PRIMARY KEY, x text);
ALTER SEQUENCE second_numbers OWNED BY t.n;
