-- The way of a case through its workflow: which steps it takes and which department has each. Empty: the plain one, which is
-- what every case before this has. Yesterday's binary can open a database that has run this: one column without a demand. It
-- does not know the ways and would take every step of a case, at the office of the definition.

ALTER TABLE cases ADD COLUMN way TEXT;
