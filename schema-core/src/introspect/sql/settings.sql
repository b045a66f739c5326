-- Everything that changes how the server prints a definition.
SET LOCAL search_path = '';
SET LOCAL "TimeZone" = 'UTC';
SET LOCAL "DateStyle" = 'ISO, MDY';
SET LOCAL "IntervalStyle" = 'postgres';
SET LOCAL extra_float_digits = 1;
SET LOCAL bytea_output = 'hex';
SET LOCAL xmloption = 'content';
SET LOCAL standard_conforming_strings = on;
SET LOCAL quote_all_identifiers = off;
SET LOCAL lc_monetary = 'C';
SET LOCAL statement_timeout = 0;
SET LOCAL jit = off
