CREATE TABLE other (id int PRIMARY KEY);
CREATE TABLE t (id int PRIMARY KEY, a int, b int, c int CONSTRAINT t_c REFERENCES other, CONSTRAINT t_ab CHECK (a < b));
CREATE INDEX t_a_b ON t (a, b);
CREATE INDEX t_b ON t (b);
CREATE INDEX t_a_where_b ON t (a) WHERE b > 0;
CREATE INDEX t_a_with_b ON t (a) INCLUDE (b);
CREATE INDEX t_expr ON t ((b + 1));
ALTER TABLE t ADD CONSTRAINT t_a_b_key UNIQUE (a, b);
