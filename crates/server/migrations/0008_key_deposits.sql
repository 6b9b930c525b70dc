-- Halves of device keys: what a device cannot do without when its own keychain lost the key.
-- Yesterday's binary can open a database that has run this: a table is only added.

CREATE TABLE key_deposit (
    profile        TEXT NOT NULL PRIMARY KEY,
    party_id       TEXT NOT NULL REFERENCES party (id),
    sealed         BLOB NOT NULL,
    deposited_at   BIGINT NOT NULL,
    day            TEXT NOT NULL,
    released_today BIGINT NOT NULL
) STRICT;
CREATE INDEX key_deposit_party ON key_deposit (party_id);
