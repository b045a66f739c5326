CREATE TYPE mood AS ENUM ('sad', 'dead', 'ok');
CREATE TABLE t (
    id int PRIMARY KEY,
    feeling mood NOT NULL DEFAULT 'ok' CHECK (feeling <> 'dead'),
    feelings mood[] NOT NULL DEFAULT '{ok}' CHECK ('dead' <> ALL (feelings))
);
CREATE TABLE p (id int PRIMARY KEY, mood mood CHECK (mood <> 'dead')) PARTITION BY RANGE (id);
CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (10);
CREATE TABLE p_rest PARTITION OF p DEFAULT;
