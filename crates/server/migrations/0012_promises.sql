-- Materials promised for later (容缺后补) and what is remembered of a promise that was broken.
-- Yesterday's binary can open a database that has run this: a column with a default and a table are added.

ALTER TABLE cases ADD COLUMN promises TEXT NOT NULL DEFAULT '[]';

-- One note a case at most (domain.md §3.4).
CREATE TABLE credit_note (
    case_id TEXT NOT NULL PRIMARY KEY REFERENCES cases (id),
    party_id TEXT NOT NULL REFERENCES party (id),
    item_code TEXT NOT NULL,
    slots TEXT NOT NULL,
    due_on TEXT NOT NULL,
    noted_at BIGINT NOT NULL
) STRICT;
CREATE INDEX credit_note_of_party ON credit_note (party_id);
