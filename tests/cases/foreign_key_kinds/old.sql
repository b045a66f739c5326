CREATE TABLE p (a int, b int, PRIMARY KEY (a, b));
CREATE TABLE t (
    id int PRIMARY KEY, a int, b int, c int, d int,
    CONSTRAINT t_full FOREIGN KEY (a, b) REFERENCES p,
    CONSTRAINT t_null FOREIGN KEY (c, d) REFERENCES p ON DELETE SET NULL,
    CONSTRAINT t_c CHECK (c > 0),
    CONSTRAINT t_d CHECK (d > 0) NO INHERIT
);
