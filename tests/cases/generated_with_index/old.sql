CREATE TABLE t (
    id int PRIMARY KEY, a int,
    g int GENERATED ALWAYS AS (a + 1) STORED CONSTRAINT t_g UNIQUE,
    k int CONSTRAINT t_k CHECK (k > 0)
);
CREATE INDEX t_twice ON t (g, (g * 2)) WHERE g > 0;
CREATE INDEX t_by_k ON t (k);
COMMENT ON INDEX t_twice IS 'kept';
