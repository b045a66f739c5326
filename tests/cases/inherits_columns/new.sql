CREATE TABLE i (id int NOT NULL, a text DEFAULT 'y', b text, n int, added int NOT NULL DEFAULT 4, CONSTRAINT i_n CHECK (id > 0));
CREATE TABLE i_1 (own int, another text) INHERITS (i);
CREATE TABLE "I 2" (b text NOT NULL, a text DEFAULT 'mine') INHERITS (i);
CREATE TABLE i_3 () INHERITS (i_1);
ALTER TABLE i_3 ALTER own SET DEFAULT 3;
