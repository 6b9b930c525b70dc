-- People, how they sign in, and who looked at what.
-- First migration: there is no earlier binary.
-- Words translated per engine by store/dialect.rs: BIGINT, BLOB, SERIAL_KEY, STRICT.

CREATE TABLE setting (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE party (
    id         TEXT NOT NULL PRIMARY KEY,
    kind       TEXT NOT NULL CHECK (kind IN ('natural_person', 'legal_entity')),
    name       TEXT NOT NULL,
    id_number  TEXT NOT NULL UNIQUE,
    phone      TEXT NOT NULL,
    created_at BIGINT NOT NULL
) STRICT;

CREATE TABLE account (
    id            TEXT NOT NULL PRIMARY KEY,
    party_id      TEXT NOT NULL REFERENCES party (id),
    phone         TEXT NOT NULL UNIQUE,
    password_hash TEXT,
    disabled      BIGINT NOT NULL DEFAULT 0,
    created_at    BIGINT NOT NULL
) STRICT;

CREATE TABLE officer (
    id            TEXT NOT NULL PRIMARY KEY,
    account       TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    department    TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    disabled      BIGINT NOT NULL DEFAULT 0,
    created_at    BIGINT NOT NULL
) STRICT;

-- Failed tries by what was typed (hashed), whether or not such an account exists.
CREATE TABLE sign_in_guard (
    subject      BLOB NOT NULL PRIMARY KEY,
    failures     BIGINT NOT NULL,
    locks        BIGINT NOT NULL,
    locked_until BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL
) STRICT;

-- Codes by keyed digest of the phone, whether or not such an account exists.
CREATE TABLE sms_code (
    subject    BLOB NOT NULL PRIMARY KEY,
    code_mac   BLOB NOT NULL,
    tries      BIGINT NOT NULL,
    sent_at    BIGINT NOT NULL,
    sent_today BIGINT NOT NULL,
    day        TEXT NOT NULL,
    expires_at BIGINT NOT NULL
) STRICT;

-- Messages of the local SMS gateway.
CREATE TABLE sms_message (
    seq     SERIAL_KEY,
    phone   TEXT NOT NULL,
    body    TEXT NOT NULL,
    sent_at BIGINT NOT NULL
) STRICT;

CREATE TABLE signing_key (
    id         TEXT NOT NULL PRIMARY KEY,
    purpose    TEXT NOT NULL CHECK (purpose IN ('token', 'receipt')),
    sealed     BLOB NOT NULL,
    public     BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    retired_at BIGINT
) STRICT;

-- A sign-in that an app has begun; the browser holds the matching cookie.
CREATE TABLE auth_request (
    id             TEXT NOT NULL PRIMARY KEY,
    browser_mac    BLOB NOT NULL,
    client_id      TEXT NOT NULL,
    redirect_uri   TEXT NOT NULL,
    scope          TEXT NOT NULL,
    state          TEXT,
    nonce          TEXT,
    code_challenge TEXT NOT NULL,
    phone          TEXT,
    expires_at     BIGINT NOT NULL,
    done_at        BIGINT
) STRICT;

-- All tokens that grew from one sign-in.
CREATE TABLE token_family (
    id         TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id),
    party_id   TEXT NOT NULL REFERENCES party (id),
    client_id  TEXT NOT NULL,
    scope      TEXT NOT NULL,
    nonce      TEXT,
    auth_time  BIGINT NOT NULL,
    method     TEXT NOT NULL,
    revoked_at BIGINT,
    reason     TEXT,
    created_at BIGINT NOT NULL
) STRICT;

CREATE TABLE auth_code (
    code_hash      BLOB NOT NULL PRIMARY KEY,
    family_id      TEXT NOT NULL REFERENCES token_family (id),
    redirect_uri   TEXT NOT NULL,
    code_challenge TEXT NOT NULL,
    expires_at     BIGINT NOT NULL,
    used_at        BIGINT
) STRICT;

CREATE TABLE refresh_token (
    token_hash BLOB NOT NULL PRIMARY KEY,
    family_id  TEXT NOT NULL REFERENCES token_family (id),
    generation BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT,
    UNIQUE (family_id, generation)
) STRICT;

CREATE TABLE desk_session (
    token_hash BLOB NOT NULL PRIMARY KEY,
    officer_id TEXT NOT NULL REFERENCES officer (id),
    csrf       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
) STRICT;

-- What the registers answer about a party.
CREATE TABLE fact (
    party_id TEXT NOT NULL REFERENCES party (id),
    key      TEXT NOT NULL,
    value    TEXT NOT NULL,
    read_at  BIGINT NOT NULL,
    PRIMARY KEY (party_id, key)
) STRICT;

-- Append-only; each row carries the hash of the row before it.
CREATE TABLE audit (
    seq        BIGINT NOT NULL PRIMARY KEY,
    at         BIGINT NOT NULL,
    actor      TEXT NOT NULL,
    department TEXT,
    action     TEXT NOT NULL,
    subject    TEXT NOT NULL,
    case_id    TEXT,
    detail     TEXT NOT NULL,
    prev_hash  BLOB NOT NULL,
    hash       BLOB NOT NULL
) STRICT;

CREATE TABLE audit_head (
    id   BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    seq  BIGINT NOT NULL,
    hash BLOB NOT NULL
) STRICT;

CREATE TABLE access_log (
    seq         SERIAL_KEY,
    party_id    TEXT NOT NULL REFERENCES party (id),
    at          BIGINT NOT NULL,
    actor       TEXT NOT NULL,
    department  TEXT,
    who         TEXT NOT NULL,
    what        TEXT NOT NULL,
    purpose     TEXT NOT NULL,
    case_id     TEXT,
    case_number TEXT,
    ground      TEXT NOT NULL CHECK (ground IN ('consent', 'law', 'denied'))
) STRICT;
CREATE INDEX access_log_by_party ON access_log (party_id, seq);
