CREATE TABLE other (id int PRIMARY KEY);
CREATE TABLE e (id int NOT NULL, at date NOT NULL, full_name varchar(40) NOT NULL DEFAULT 'nobody', org int REFERENCES other, CONSTRAINT e_name CHECK (full_name <> ''), PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE INDEX e_lower ON e (lower(full_name)) WHERE full_name <> 'x';
CREATE TABLE a_part PARTITION OF e FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE e_split PARTITION OF e DEFAULT PARTITION BY HASH (id);
CREATE TABLE e_split_0 PARTITION OF e_split FOR VALUES WITH (MODULUS 1, REMAINDER 0);
