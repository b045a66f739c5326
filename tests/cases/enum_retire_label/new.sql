CREATE TYPE mood AS ENUM ('sad', 'it''s over', 'dead', 'meh', 'ok');
CREATE TABLE t (
    id int PRIMARY KEY,
    mood mood NOT NULL DEFAULT 'ok' CONSTRAINT t_mood_not_dead CHECK (mood <> 'dead') CHECK (mood <> 'it''s over'),
    moods mood[] CHECK ('dead' <> ALL (moods)) CHECK ('it''s over' <> ALL (moods)),
    "Other" mood CHECK ("Other" <> 'sad') CHECK ("Other" <> 'dead') CHECK ("Other" <> 'it''s over')
);
CREATE INDEX t_alive ON t (id) WHERE mood <> 'dead';
CREATE UNIQUE INDEX t_mood ON t (mood, id);
CREATE TABLE u (a int, b int, mood mood NOT NULL CHECK (mood <> 'dead') CHECK (mood <> 'it''s over'), PRIMARY KEY (a, b));
CREATE TABLE no_key (mood mood CHECK (mood <> 'dead') CHECK (mood <> 'it''s over'));
CREATE TABLE another (mood mood CHECK (mood <> 'dead') CHECK (mood <> 'it''s over'));
