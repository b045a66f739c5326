CREATE TABLE b (id int PRIMARY KEY, n bigint NOT NULL DEFAULT 7, m varchar(20));
CREATE INDEX b_n ON b (n);
