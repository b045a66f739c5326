INSERT INTO pt SELECT g, (ARRAY['a', 'b', 'c'])[g % 3 + 1], date '2026-01-01' + g * 4, g FROM generate_series(0, 120) AS g;
