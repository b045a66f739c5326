CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'very "happy"');
CREATE TABLE t (id int PRIMARY KEY, mood mood NOT NULL DEFAULT 'it''s ok', moods mood[]);
COMMENT ON TYPE mood IS 'How it goes';
