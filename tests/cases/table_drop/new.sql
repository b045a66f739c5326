CREATE TABLE kept (id int PRIMARY KEY);
CREATE TABLE child (id int PRIMARY KEY, gone int);
