CREATE TABLE t (id int PRIMARY KEY, amount int CONSTRAINT t_positive CHECK (amount > 0), b int, CONSTRAINT t_order CHECK (amount < b));
CREATE INDEX t_a ON t (amount DESC NULLS LAST) INCLUDE (b) WITH (fillfactor = 70);
CREATE INDEX t_some ON t (b) WHERE amount > 10;
CREATE INDEX t_sum ON t ((amount + b));
COMMENT ON INDEX t_a IS 'For the list';
COMMENT ON CONSTRAINT t_positive ON t IS 'No debts';
ALTER INDEX t_sum ALTER COLUMN 1 SET STATISTICS 500;
