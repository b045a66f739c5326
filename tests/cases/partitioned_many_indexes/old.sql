CREATE TABLE pt (id bigint NOT NULL, k text NOT NULL, at date NOT NULL, x int) PARTITION BY LIST (k);
CREATE TABLE pt_a PARTITION OF pt FOR VALUES IN ('a') PARTITION BY RANGE (at);
CREATE TABLE pt_a_default PARTITION OF pt_a DEFAULT;
CREATE TABLE pt_b PARTITION OF pt FOR VALUES IN ('b') PARTITION BY HASH (id);
CREATE TABLE pt_rest PARTITION OF pt DEFAULT;
DO $$
BEGIN
  FOR i IN 1..12 LOOP
    EXECUTE format('CREATE TABLE pt_a_%s PARTITION OF pt_a FOR VALUES FROM (%L) TO (%L)', i,
      date '2025-12-01' + make_interval(months => i), date '2026-01-01' + make_interval(months => i));
    EXECUTE format('CREATE TABLE pt_b_%s PARTITION OF pt_b FOR VALUES WITH (MODULUS 12, REMAINDER %s)', i, i - 1);
  END LOOP;
END
$$;
CREATE INDEX pt_at ON pt (at);
