-- How far the autosave log beside the store (`store.autosave`) is folded in. Older binaries refuse this schema in words.
CREATE TABLE autosave (
  id     INTEGER PRIMARY KEY CHECK (id = 1),
  folded INTEGER NOT NULL              -- sequence number of the last record that is in the tables
) STRICT;
INSERT INTO autosave (id, folded) VALUES (1, 0);
