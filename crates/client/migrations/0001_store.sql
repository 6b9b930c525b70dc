-- First schema. Older binaries: none exist.
-- In clear: row ids, instants, counters, standings. Everything else is sealed by the vault.

CREATE TABLE vault_meta (
  id         INTEGER PRIMARY KEY CHECK (id = 1),
  profile    TEXT    NOT NULL,           -- random; names the keychain account
  way        TEXT    NOT NULL CHECK (way IN ('keychain', 'passphrase')),
  kdf        TEXT,                       -- JSON: parameters of the passphrase, in clear by need
  wrapped    BLOB,                       -- root key under the passphrase
  proof      BLOB    NOT NULL,           -- sealed check record: tells the right key from another one
  created_at INTEGER NOT NULL
) STRICT;

-- Small sealed things by kind: cases, licences, notices, settings, tokens, cursors, facts.
CREATE TABLE sealed_record (
  kind       TEXT    NOT NULL,
  id         TEXT    NOT NULL,
  revision   INTEGER NOT NULL,
  sealed     BLOB    NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT;

-- Public things only (the catalogue).
CREATE TABLE public_record (
  kind       TEXT    NOT NULL,
  id         TEXT    NOT NULL,
  content    BLOB    NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT;

CREATE TABLE draft (
  id         TEXT    PRIMARY KEY,
  revision   INTEGER NOT NULL,
  standing   TEXT    NOT NULL CHECK (standing IN ('open', 'frozen', 'sent', 'deleted')),
  sealed     BLOB    NOT NULL,
  saved_at   INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE INDEX draft_saved ON draft (standing, saved_at);

CREATE TABLE material (
  id         TEXT    PRIMARY KEY,
  draft_id   TEXT    NOT NULL REFERENCES draft (id) ON DELETE CASCADE,
  revision   INTEGER NOT NULL,
  sealed     BLOB    NOT NULL,
  added_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX material_draft ON material (draft_id, added_at);

-- One entry per act of the resident; its steps (uploads first, the act last) lie in outbox_step.
CREATE TABLE outbox_entry (
  id         TEXT    PRIMARY KEY,
  draft_id   TEXT,
  case_id    TEXT    NOT NULL,           -- the lane: entries of one case go in order
  revision   INTEGER NOT NULL,
  sealed     BLOB    NOT NULL,
  queued_at  INTEGER NOT NULL,
  done_at    INTEGER
) STRICT;
CREATE INDEX outbox_lane ON outbox_entry (case_id, queued_at);

CREATE TABLE outbox_step (
  id         TEXT    PRIMARY KEY,
  entry_id   TEXT    NOT NULL REFERENCES outbox_entry (id) ON DELETE CASCADE,
  position   INTEGER NOT NULL,
  state      TEXT    NOT NULL CHECK (state IN ('ready', 'sending', 'backoff', 'paused', 'needs_sign_in', 'wedged', 'done')),
  until      INTEGER,
  attempts   INTEGER NOT NULL,
  revision   INTEGER NOT NULL,
  sealed     BLOB    NOT NULL
) STRICT;
CREATE INDEX outbox_step_entry ON outbox_step (entry_id, position);

-- A step may start when every step it needs is done.
CREATE TABLE outbox_need (
  step_id    TEXT NOT NULL REFERENCES outbox_step (id) ON DELETE CASCADE,
  needs_id   TEXT NOT NULL REFERENCES outbox_step (id) ON DELETE CASCADE,
  PRIMARY KEY (step_id, needs_id)
) STRICT;
