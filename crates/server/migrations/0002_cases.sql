-- Uploads, cases and their steps, licences, events, jobs.
-- Yesterday's binary can open a database that has run this: tables are only added.

CREATE TABLE upload (
    id TEXT NOT NULL PRIMARY KEY,
    party_id TEXT NOT NULL,
    file_id TEXT NOT NULL,
    draft_id TEXT NOT NULL,
    item_code TEXT,
    slot TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    max_pages BIGINT NOT NULL,
    kinds TEXT NOT NULL,
    stored BIGINT NOT NULL,
    state TEXT NOT NULL,
    kind TEXT,
    pages BIGINT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
) STRICT;
CREATE UNIQUE INDEX upload_of_file ON upload (party_id, file_id);
CREATE INDEX upload_by_expiry ON upload (expires_at);

-- Definitions that were ever in force: a running case keeps the one it was submitted under.
CREATE TABLE published_item (
    code TEXT NOT NULL,
    version BIGINT NOT NULL,
    document TEXT NOT NULL,
    published_at BIGINT NOT NULL,
    PRIMARY KEY (code, version)
) STRICT;

CREATE TABLE cases (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    party_id TEXT NOT NULL,
    item_code TEXT NOT NULL,
    item_version BIGINT NOT NULL,
    channel TEXT NOT NULL,
    status TEXT NOT NULL,
    revision BIGINT NOT NULL,
    submitted_at BIGINT NOT NULL,
    machine TEXT NOT NULL,
    clocks TEXT NOT NULL,
    applicant TEXT NOT NULL,
    answers TEXT NOT NULL,
    choices TEXT NOT NULL,
    slots TEXT NOT NULL,
    facts TEXT NOT NULL,
    headline TEXT,
    decision TEXT
) STRICT;
CREATE INDEX cases_of_party ON cases (party_id, submitted_at);

-- Serial numbers within a day, one row a prefix of the case number.
CREATE TABLE case_serial (
    prefix TEXT NOT NULL PRIMARY KEY,
    last BIGINT NOT NULL
) STRICT;

CREATE TABLE case_event (
    case_id TEXT NOT NULL REFERENCES cases (id),
    seq BIGINT NOT NULL,
    event TEXT NOT NULL,
    step BIGINT NOT NULL,
    from_status TEXT NOT NULL,
    to_status TEXT NOT NULL,
    actor TEXT NOT NULL,
    details TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (case_id, seq)
) STRICT;

CREATE TABLE task (
    id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    step BIGINT NOT NULL,
    department TEXT NOT NULL,
    state TEXT NOT NULL,
    revision BIGINT NOT NULL,
    claimed_by TEXT,
    claimed_name TEXT,
    corrected BIGINT NOT NULL,
    marks TEXT NOT NULL,
    due_on TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT
) STRICT;
CREATE INDEX task_of_case ON task (case_id, step);
CREATE INDEX task_of_department ON task (department, state, due_on);

CREATE TABLE correction (
    id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    department TEXT NOT NULL,
    points TEXT NOT NULL,
    days BIGINT NOT NULL,
    due_on TEXT NOT NULL,
    requested_at BIGINT NOT NULL,
    answered_at BIGINT,
    answers_before TEXT,
    choices_before TEXT
) STRICT;
CREATE INDEX correction_of_case ON correction (case_id);

CREATE TABLE case_file (
    case_id TEXT NOT NULL REFERENCES cases (id),
    file_id TEXT NOT NULL,
    upload_id TEXT NOT NULL,
    slot TEXT NOT NULL,
    current BIGINT NOT NULL,
    PRIMARY KEY (case_id, file_id)
) STRICT;
CREATE INDEX case_of_upload ON case_file (upload_id);

-- Answers to acts that may be sent again. Keys of submissions stay for ever: phones are offline for weeks.
CREATE TABLE idempotency (
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    actor TEXT NOT NULL,
    body_sha256 TEXT NOT NULL,
    answer TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (scope, key)
) STRICT;

CREATE TABLE receipt (
    case_id TEXT NOT NULL PRIMARY KEY REFERENCES cases (id),
    id TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL,
    signature TEXT NOT NULL,
    key_id TEXT NOT NULL
) STRICT;

CREATE TABLE licence (
    id TEXT NOT NULL PRIMARY KEY,
    party_id TEXT NOT NULL,
    licence_type TEXT NOT NULL,
    identifier TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    issued_on TEXT NOT NULL,
    valid_to TEXT,
    case_id TEXT,
    document TEXT NOT NULL,
    created_at BIGINT NOT NULL
) STRICT;
CREATE INDEX licence_of_party ON licence (party_id, issued_on);

CREATE TABLE presentation (
    id TEXT NOT NULL PRIMARY KEY,
    licence_id TEXT NOT NULL REFERENCES licence (id),
    party_id TEXT NOT NULL,
    secret_sha256 TEXT NOT NULL UNIQUE,
    digits TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
) STRICT;
CREATE INDEX presentation_by_digits ON presentation (digits, expires_at);

-- The local ledger of payment orders; a bank's gateway would take its place.
CREATE TABLE payment_order (
    id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL UNIQUE REFERENCES cases (id),
    party_id TEXT NOT NULL,
    amount_fen BIGINT NOT NULL,
    account TEXT,
    words TEXT NOT NULL,
    state TEXT NOT NULL,
    ordered_at BIGINT NOT NULL,
    paid_at BIGINT
) STRICT;

-- Events of one party. The counter row is locked by its writer until commit, so no reader ever
-- sees a number before a smaller one.
CREATE TABLE party_stream (
    party_id TEXT NOT NULL PRIMARY KEY,
    last_seq BIGINT NOT NULL
) STRICT;

CREATE TABLE party_event (
    party_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    change TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (party_id, seq)
) STRICT;

CREATE TABLE job (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    run_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    leased_until BIGINT,
    failed_with TEXT,
    dead BIGINT NOT NULL,
    UNIQUE (kind, subject)
) STRICT;
CREATE INDEX job_by_time ON job (dead, run_at);
