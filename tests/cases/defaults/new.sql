CREATE TABLE t (id int PRIMARY KEY, changed int DEFAULT 2, dropped text, added bool DEFAULT true, must text NOT NULL DEFAULT 'it''s', volatile uuid);
