INSERT INTO t VALUES (1, 'sad', '{dead,ok,NULL,"it''s over"}', 'dead', 'dead'), (2, 'dead', NULL, NULL, NULL), (3, 'it''s over', '{}', 'ok', 'ok');
INSERT INTO u VALUES (1, 1, 'dead'), (1, 2, NULL);
INSERT INTO no_key VALUES ('dead'), ('ok'), (NULL);
