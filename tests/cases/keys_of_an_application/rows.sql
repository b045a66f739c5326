INSERT INTO account (name) VALUES ('a'), ('b');
INSERT INTO profile VALUES (1, 'x'), (2, NULL);
INSERT INTO grp (name) VALUES ('g'), ('h');
INSERT INTO member (account_id, grp_id, since) VALUES (1, 1, '2024-01-01 12:00'), (1, 2, '2024-01-02 12:00'), (2, 1, '2024-01-03 12:00');
INSERT INTO chat VALUES (1, 1);
INSERT INTO site VALUES (1, 1), (2, 1);
INSERT INTO room VALUES (1, 7), (2, 7);
INSERT INTO booking VALUES (1, 1, 1, 7, 'n'), (2, 2, 1, 7, NULL);
INSERT INTO tag VALUES (1, 'v'), (2, 'v');
