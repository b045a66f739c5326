CREATE TABLE t (
    id int PRIMARY KEY,
    plain text,
    tier varchar(20) NOT NULL DEFAULT 'free',
    at timestamptz NOT NULL DEFAULT now(),
    tags text[] DEFAULT '{}',
    sorted text COLLATE "C"
);
COMMENT ON COLUMN t.tier IS 'What they pay for';
