CREATE TABLE t (
    a integer NOT NULL,
    b text NOT NULL,
    CONSTRAINT first CHECK (a > 0),
    CONSTRAINT second PRIMARY KEY (a),
    CONSTRAINT third UNIQUE (b),
    CONSTRAINT fourth FOREIGN KEY (b) REFERENCES t (b)
);
CREATE INDEX one ON t (b, a);
CREATE INDEX two ON t (a, b);
COMMENT ON CONSTRAINT first ON t IS 'the check';
COMMENT ON INDEX one IS 'the index over b';
CREATE TABLE u (a integer NOT NULL, b integer, CONSTRAINT "the key" PRIMARY KEY (a));
CREATE INDEX three ON u (b);
