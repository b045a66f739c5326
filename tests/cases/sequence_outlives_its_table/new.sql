CREATE SEQUENCE users_id_seq;
CREATE TABLE anyone (id bigint NOT NULL DEFAULT nextval('users_id_seq'), name varchar);
ALTER SEQUENCE users_id_seq OWNED BY anyone.id;
CREATE INDEX people_name ON anyone (name);
