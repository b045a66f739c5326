INSERT INTO t VALUES (1, 'ok', '{ok,gone}'), (2, 'gone', NULL), (3, 'sad', '{}');
