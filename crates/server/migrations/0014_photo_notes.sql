-- Whether a slot lets a photo tell where and when it was taken, and whether the photo does.
-- Yesterday's binary can open a database that has run this: columns are only added.

ALTER TABLE upload ADD COLUMN keep_metadata BIGINT NOT NULL DEFAULT 0;
ALTER TABLE upload ADD COLUMN has_metadata BIGINT NOT NULL DEFAULT 0;
