-- Tells a store that lost something from a whole one. Older binaries refuse this schema in words.

-- Transactions so far; the number of the last acknowledged one lies beside the store (`store.mark`).
CREATE TABLE acknowledged (
  id     INTEGER PRIMARY KEY CHECK (id = 1),
  number INTEGER NOT NULL
) STRICT;
INSERT INTO acknowledged (id, number) VALUES (1, 0);

-- SHA-256 of the row: a damaged one would pass for another profile, or for one whose key is gone.
ALTER TABLE vault_meta ADD COLUMN digest BLOB;
