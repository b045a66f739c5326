-- Columns of indexes that have settings of their own.
SELECT a.attrelid AS index, a.attnum AS number, a.attoptions AS options,
       CASE WHEN a.attstattarget >= 0 THEN a.attstattarget END AS statistics
FROM pg_attribute a
JOIN pg_index i ON i.indexrelid = a.attrelid
WHERE a.attrelid >= 16384
  AND (a.attoptions IS NOT NULL OR a.attstattarget >= 0)
