-- Appointments, charges.
-- Yesterday's binary can open a database that has run this: tables are only added.

-- One row an appointment. A seat that is given up becomes empty, so no two rows ever share one.
CREATE TABLE appointment (
    id TEXT NOT NULL PRIMARY KEY,
    party_id TEXT NOT NULL,
    schedule TEXT NOT NULL,
    place TEXT NOT NULL,
    starts TEXT NOT NULL,
    seat BIGINT,
    state TEXT NOT NULL,
    held_until BIGINT,
    case_id TEXT REFERENCES cases (id),
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
) STRICT;
CREATE UNIQUE INDEX appointment_seat ON appointment (schedule, place, starts, seat);
CREATE INDEX appointment_of_party ON appointment (party_id, starts);
CREATE INDEX appointment_of_case ON appointment (case_id);

-- What applicants pay; one charge a case.
CREATE TABLE charge (
    case_id TEXT NOT NULL PRIMARY KEY REFERENCES cases (id),
    party_id TEXT NOT NULL,
    amount_fen BIGINT NOT NULL,
    words TEXT NOT NULL,
    state TEXT NOT NULL,
    ordered_at BIGINT NOT NULL,
    paid_at BIGINT,
    refunded_at BIGINT
) STRICT;

-- The local gateway's pages, each reached by a secret that counts once.
CREATE TABLE charge_link (
    secret_sha256 TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    expires_at BIGINT NOT NULL
) STRICT;
