CREATE TYPE mood AS ENUM ('sad', 'dead', 'ok');
CREATE TABLE t (id int PRIMARY KEY, mood mood NOT NULL DEFAULT 'ok', moods mood[] DEFAULT '{sad}');
CREATE INDEX t_sad ON t (id) WHERE mood = 'sad';
CREATE INDEX t_mood ON t (mood);
