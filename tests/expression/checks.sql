-- Conditions over the table of tests/expression.rs, one a line: what people write, and near misses.
v IN ('a', 'b')
v NOT IN ('a', 'b')
v = ANY (ARRAY['a', 'b'])
v = ANY ('{a,b}'::varchar[])
v::text = ANY (ARRAY['a', 'b']::text[])
t IN ('a', 'b')
t = 'a' OR t = 'b'
c IN ('a', 'b')
c = 'a'
c = 'a '
c::text = 'a'
c::text = 'a '
e IN ('a', 'b')
e = 'a'
e::text = 'a'
n IN (1, 2)
n = 1 OR n = 2
n BETWEEN 1 AND 5
n BETWEEN 1 AND 5 AND d > 1.50
(n >= 1 AND n <= 5) AND d > 1.50
n >= 1 AND n <= 5 AND d > 1.50
n >= 1 AND n <= 5 AND d > 1.5
(n > 1 OR n < 0) AND d > 1
n > 1 OR n < 0 AND d > 1
NOT (b AND n > 1)
NOT b AND n > 1
n = -1
n = (- 1)
n = -1::bigint
n = '-1'::integer
- n < -5
n - 1 > 0
n - -1 > 0
d = -1.5
d = -1.5::numeric
d = -1
n * (2 + 3) > 1
n * 2 + 3 > 1
n::text = v
v::bpchar = c
v = c
v = t
v::text = t::text
v LIKE 'a%'
v ~ '^[a-z]+$'
v ILIKE 'a%'
v SIMILAR TO 'a|b'
length(v) > 3
length(c) > 3
length('a ') > n
length('a '::bpchar) > n
upper(v) = v
upper(v) = 'A'
trim(both ' ' from v) = v
substring(v from 1 for 2) = 'ab'
position('@' in v) > 0
v || t <> 'ab'
v COLLATE "C" > 'a'
v::varchar(3) = 'abc'
t::varchar = 'x'
t = 'x'
E'a\nb' <> t
t = 'a''b'
t = $$a'b$$
t = 'A'
t = 'a'
(v, t) <> ('a', 'b')
t IS DISTINCT FROM v
coalesce(v, t) <> ''
coalesce(t, v) <> ''
num_nonnulls(v, t) = 1
CASE WHEN b THEN v = 'x' ELSE t = 'y' END
(CASE WHEN b THEN v = 'x' OR b ELSE t = 'y' END) AND b
b IS TRUE
b
ts > '2020-01-01 00:00:00+02'
ts > '2019-12-31 22:00:00+00'
ts < now() + interval '1 day'
ts AT TIME ZONE 'UTC' > '2020-01-01'
extract(year from ts) > 2000
dt <> '2020-01-01'
dt <> date '2020-01-01'
a <@ ARRAY['x', 'y']
va && ARRAY['x', 'y']::varchar[]
'a' = ANY (a)
'a' = ANY (va)
array_length(va, 1) > 0
a[1] = 'x'
(a)[1] = 'x'
a[2] = 'x'
j ->> 'a' = 'b'
j -> 'a' = '"b"'
j ? 'x'
j @> '{"a": 1}'
"Q q" = 'a'
"Q q"::text = 'a'
t::regclass IS NOT NULL
'checked'::regclass IS NOT NULL
('checked'::text)::regclass IS NOT NULL
