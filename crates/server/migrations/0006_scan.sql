-- What the virus scanner said of a file.
-- Yesterday's binary can open a database that has run this: columns are only added.

-- `unscanned`: this platform has no scanner. `pending`: it has one that has not answered yet.
ALTER TABLE upload ADD COLUMN scan TEXT NOT NULL DEFAULT 'unscanned';
