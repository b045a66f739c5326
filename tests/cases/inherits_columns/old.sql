CREATE TABLE i (id int NOT NULL, a text DEFAULT 'x', b text, n int NOT NULL, gone int DEFAULT 1);
CREATE TABLE i_1 (own int) INHERITS (i);
CREATE TABLE "I 2" (b text NOT NULL, a text DEFAULT 'mine') INHERITS (i);
CREATE TABLE i_3 () INHERITS (i_1);
