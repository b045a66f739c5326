CREATE TABLE t (id int PRIMARY KEY, a int CONSTRAINT t_a CHECK (a > 0), b text, CONSTRAINT t_b CHECK (b IN ('x', 'y') OR a BETWEEN 1 AND 9));
COMMENT ON CONSTRAINT t_a ON t IS 'No debts';
