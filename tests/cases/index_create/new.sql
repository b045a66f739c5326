CREATE TABLE t (id int PRIMARY KEY, a text, b int, c jsonb, d int4range);
CREATE INDEX t_plain ON t (a, b DESC);
CREATE INDEX t_expression ON t (lower(a) text_pattern_ops, (b + 1));
CREATE INDEX t_partial ON t (b) WHERE a IS NOT NULL AND b > 0;
CREATE INDEX t_gin ON t USING gin (c jsonb_path_ops) WITH (fastupdate = off);
CREATE INDEX t_gist ON t USING gist (d);
CREATE INDEX t_hash ON t USING hash (a);
CREATE INDEX t_collated ON t (a COLLATE "C") INCLUDE (b);
COMMENT ON INDEX t_plain IS 'For the list';
