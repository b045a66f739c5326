CREATE TABLE t (
    a integer NOT NULL,
    b text NOT NULL,
    CONSTRAINT second CHECK (a > 0),
    CONSTRAINT first PRIMARY KEY (a),
    CONSTRAINT fourth UNIQUE (b),
    CONSTRAINT third FOREIGN KEY (b) REFERENCES t (b)
);
CREATE INDEX three ON t (b, a);
CREATE INDEX one ON t (a, b);
COMMENT ON CONSTRAINT second ON t IS 'the check';
COMMENT ON CONSTRAINT first ON t IS 'the key';
COMMENT ON INDEX one IS 'the index over a';
CREATE TABLE u (a integer NOT NULL, b integer, CONSTRAINT two PRIMARY KEY (a));
CREATE INDEX "the key" ON u (b);
