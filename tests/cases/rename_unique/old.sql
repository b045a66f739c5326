CREATE TABLE t (id int PRIMARY KEY, email text NOT NULL, org int NOT NULL, CONSTRAINT t_email_key UNIQUE (email), CONSTRAINT t_org_email UNIQUE (org, email));
CREATE UNIQUE INDEX t_lower ON t (lower(email)) WHERE org > 0;
