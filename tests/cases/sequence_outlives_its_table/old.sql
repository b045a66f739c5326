CREATE SEQUENCE users_id_seq;
CREATE TABLE users (id bigint NOT NULL DEFAULT nextval('users_id_seq'), name varchar);
ALTER SEQUENCE users_id_seq OWNED BY users.id;
CREATE INDEX people_name ON users (name);
