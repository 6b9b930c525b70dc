-- Drafts that follow a resident from device to device. All content is sealed by the devices; no key lies here.
-- Yesterday's binary can open a database that has run this: tables are only added.

-- Which account key is in force, and the devices' own list of whom they trust.
CREATE TABLE follow_account (
    party_id        TEXT NOT NULL PRIMARY KEY REFERENCES party (id),
    epoch           BIGINT NOT NULL,
    roster_revision BIGINT NOT NULL,
    roster          BLOB NOT NULL
) STRICT;

-- A removed device keeps its row: it is told so, and never comes back under the same key.
CREATE TABLE follow_device (
    id          TEXT NOT NULL PRIMARY KEY,
    party_id    TEXT NOT NULL REFERENCES party (id),
    family_id   TEXT NOT NULL,             -- of its last sign-in; families that are over are forgotten
    name        TEXT NOT NULL,
    public_key  BLOB NOT NULL,
    code_check  BLOB NOT NULL,
    grant_epoch BIGINT,
    grant_from  BLOB,
    grant_body  BLOB,
    added_at    BIGINT NOT NULL,
    seen_at     BIGINT NOT NULL,
    removed_at  BIGINT
) STRICT;
CREATE INDEX follow_device_party ON follow_device (party_id);
CREATE INDEX follow_device_family ON follow_device (family_id);

CREATE TABLE follow_draft (
    party_id   TEXT NOT NULL REFERENCES party (id),
    draft_id   TEXT NOT NULL,
    revision   BIGINT NOT NULL,
    epoch      BIGINT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('open', 'sent', 'deleted')),
    sealed     BLOB NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (party_id, draft_id)
) STRICT;
