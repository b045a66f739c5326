INSERT INTO t VALUES (1, 'sad', '{dead,ok}'), (2, 'dead', '{}');
INSERT INTO p VALUES (1, 'dead'), (11, 'dead'), (12, 'ok');
