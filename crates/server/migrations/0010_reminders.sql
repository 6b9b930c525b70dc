-- Reminders: days that decided cases are reminded of, and every notice that went out.
-- Yesterday's binary can open a database that has run this: tables and indexes are only added.

-- A day worked out when a case was decided.
CREATE TABLE reminder_day (
    case_id TEXT NOT NULL REFERENCES cases (id),
    reminder TEXT NOT NULL,
    day TEXT NOT NULL,
    first_on TEXT NOT NULL,
    set_on TEXT NOT NULL,
    PRIMARY KEY (case_id, reminder)
) STRICT;
CREATE INDEX reminder_day_by_start ON reminder_day (first_on, day);

-- One row a notice. Whoever puts the row sends it, in the same transaction: no two workers and no repeated run
-- send it twice. Days after the day count negative.
CREATE TABLE reminder_sent (
    subject TEXT NOT NULL,
    reminder TEXT NOT NULL,
    day TEXT NOT NULL,
    days_before BIGINT NOT NULL,
    party_id TEXT NOT NULL,
    sent_at BIGINT NOT NULL,
    PRIMARY KEY (subject, reminder, day, days_before)
) STRICT;
CREATE INDEX reminder_sent_by_time ON reminder_sent (sent_at);

CREATE INDEX licence_by_end ON licence (licence_type, status, valid_to);
CREATE INDEX appointment_by_start ON appointment (state, starts);
CREATE INDEX fact_by_key ON fact (key, party_id);
