-- Joint services (一件事): which parts one application has, and the case each became.
-- Yesterday's binary can open a database that has run this: a table is added.

CREATE TABLE joint_part (
    parent_id TEXT NOT NULL REFERENCES cases (id),
    part TEXT NOT NULL,
    position BIGINT NOT NULL,
    answers TEXT NOT NULL,
    choices TEXT NOT NULL,
    dropped BIGINT NOT NULL,
    case_id TEXT REFERENCES cases (id),
    PRIMARY KEY (parent_id, part)
) STRICT;
CREATE UNIQUE INDEX joint_part_of_case ON joint_part (case_id);
