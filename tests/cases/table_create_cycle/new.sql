CREATE TABLE people (id int PRIMARY KEY);
CREATE TABLE teams (id int PRIMARY KEY, lead int NOT NULL);
CREATE TABLE members (id int PRIMARY KEY, team int NOT NULL REFERENCES teams, boss int REFERENCES members, person int REFERENCES people);
ALTER TABLE teams ADD CONSTRAINT teams_lead_fkey FOREIGN KEY (lead) REFERENCES members DEFERRABLE INITIALLY DEFERRED;
