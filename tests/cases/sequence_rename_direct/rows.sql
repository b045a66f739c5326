SELECT setval('a', 5), setval('b', 60);
