CREATE TABLE t (id int PRIMARY KEY, mail text NOT NULL, org int NOT NULL, CONSTRAINT t_mail_key UNIQUE (mail), CONSTRAINT t_org_email UNIQUE (org, mail));
CREATE UNIQUE INDEX t_lower ON t (lower(mail)) WHERE org > 0;
