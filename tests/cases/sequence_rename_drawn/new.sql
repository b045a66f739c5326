CREATE SEQUENCE t_numbers AS integer;
CREATE TABLE t (id integer PRIMARY KEY DEFAULT nextval('t_numbers'), note text);
CREATE TABLE u (id integer PRIMARY KEY DEFAULT nextval('t_numbers'));
CREATE SEQUENCE v_m_seq CACHE 2;
CREATE TABLE v (id bigint PRIMARY KEY, n bigint NOT NULL DEFAULT nextval('v_m_seq'));
ALTER SEQUENCE v_m_seq OWNED BY v.n;
