INSERT INTO t VALUES (1, 'sad', '{dead,ok}'), (2, 'dead', NULL);
