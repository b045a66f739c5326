CREATE SEQUENCE first_numbers AS integer;
CREATE TABLE t (n integer NOT NULL DEFAULT nextval('first_numbers') PRIMARY KEY, x text);
ALTER SEQUENCE first_numbers OWNED BY t.n;
