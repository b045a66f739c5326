CREATE TABLE t (id int PRIMARY KEY, a text, b int DEFAULT 7, c text DEFAULT 'x', d int,
    e uuid DEFAULT gen_random_uuid(),
    CONSTRAINT t_c UNIQUE (c), CONSTRAINT t_d UNIQUE (d), CONSTRAINT t_e UNIQUE (e), CONSTRAINT t_a UNIQUE (id, b));
CREATE UNIQUE INDEX "on default" ON t ((b + 1)) WHERE b > 0;
