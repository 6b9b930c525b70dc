-- The way of a case through its workflow: which steps it takes and which department has each. Empty: the plain one, which is
-- what every case before this has. Yesterday's binary can open a database that has run this: one column without a demand.

ALTER TABLE cases ADD COLUMN way TEXT;
