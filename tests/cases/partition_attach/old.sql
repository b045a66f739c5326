CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE e (id int NOT NULL, at date NOT NULL, a varchar(20) DEFAULT $$x$$, p int REFERENCES p ON DELETE CASCADE, CONSTRAINT e_id CHECK (id > 0), PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE INDEX e_a ON e (a) WHERE id > 3;
CREATE TABLE e_1 PARTITION OF e FOR VALUES FROM ($$2020-01-01$$) TO ($$2021-01-01$$);
CREATE TABLE h (id int, x text) PARTITION BY HASH (id); CREATE TABLE h_0 PARTITION OF h FOR VALUES WITH (MODULUS 2, REMAINDER 0); CREATE INDEX h_x ON h (x);
CREATE TABLE e_2 (at date, a varchar(20), p int, id int, CONSTRAINT e_2_pkey PRIMARY KEY (id, at));
CREATE INDEX e_2_other ON e_2 (p);
CREATE TABLE h_1 (id int, x text); CREATE INDEX h_1_x_idx ON h_1 (x);
CREATE TABLE l (k varchar(9), n int) PARTITION BY LIST (k); CREATE TABLE l_rest PARTITION OF l DEFAULT; CREATE TABLE l_a (k varchar(9), n int);
