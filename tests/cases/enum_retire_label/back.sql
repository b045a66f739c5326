CREATE TYPE mood AS ENUM ('sad', 'it''s over', 'dead', 'meh', 'ok');
CREATE TABLE t (
    id int PRIMARY KEY,
    mood mood NOT NULL DEFAULT 'dead',
    moods mood[],
    "Other" mood CHECK ("Other" <> 'sad'),
    gone mood
);
CREATE INDEX t_alive ON t (id) WHERE mood <> 'dead';
CREATE UNIQUE INDEX t_mood ON t (mood, id);
CREATE TABLE u (a int, b int, mood mood, PRIMARY KEY (a, b));
CREATE TABLE no_key (mood mood);
