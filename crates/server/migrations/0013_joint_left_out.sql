-- Why a part of a joint case stayed out from the beginning, in words.
-- Yesterday's binary can open a database that has run this: a column is added that it does not read.

ALTER TABLE joint_part ADD COLUMN why TEXT;
