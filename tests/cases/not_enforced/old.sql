CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE t (
    id int PRIMARY KEY,
    a int CONSTRAINT t_a CHECK (a > 0) NOT ENFORCED,
    b int CONSTRAINT t_b CHECK (b > 0),
    c int,
    d int CONSTRAINT t_d CHECK (d > 0) NOT ENFORCED,
    p int CONSTRAINT t_p REFERENCES p NOT ENFORCED,
    q int CONSTRAINT t_q REFERENCES p,
    r int,
    s int CONSTRAINT t_s REFERENCES p NOT ENFORCED
);
