CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE t (
    id int PRIMARY KEY,
    a int CONSTRAINT t_a CHECK (a > 0),
    b int CONSTRAINT t_b CHECK (b > 0) NOT ENFORCED,
    c int CONSTRAINT t_c CHECK (c > 0) NOT ENFORCED,
    d int,
    p int CONSTRAINT t_p REFERENCES p,
    q int CONSTRAINT t_q REFERENCES p NOT ENFORCED,
    r int CONSTRAINT t_r REFERENCES p NOT ENFORCED,
    s int
);
