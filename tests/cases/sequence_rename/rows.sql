SELECT setval('"Old"."a ""b"', 40), setval('plain', 7), setval('twin', 8), setval('moves', 9, false), setval('freed', 11);
