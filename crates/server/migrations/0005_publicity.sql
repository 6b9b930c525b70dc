-- Publicity periods and the objections of the public.
-- Yesterday's binary can open a database that has run this: tables are only added.

-- One row a period; what it shows was written down when it began and holds nothing else of the case.
CREATE TABLE publicity (
    id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    lines TEXT NOT NULL,
    shown_at BIGINT NOT NULL,
    ended_at BIGINT
) STRICT;
CREATE INDEX publicity_of_case ON publicity (case_id);
CREATE INDEX publicity_by_time ON publicity (ended_at, shown_at);

CREATE TABLE objection (
    id TEXT NOT NULL PRIMARY KEY,
    publicity_id TEXT NOT NULL REFERENCES publicity (id),
    party_id TEXT NOT NULL,
    reasons TEXT NOT NULL,
    state TEXT NOT NULL,
    answer TEXT,
    made_at BIGINT NOT NULL,
    answered_at BIGINT
) STRICT;
CREATE UNIQUE INDEX objection_of_party ON objection (publicity_id, party_id);
CREATE INDEX objection_by_party ON objection (party_id, made_at);
