-- The root key under a recovery code the resident has written down. Older binaries refuse this schema in words.
ALTER TABLE vault_meta ADD COLUMN recovery_kdf TEXT;        -- JSON: parameters of the stretching, in clear by need
ALTER TABLE vault_meta ADD COLUMN recovery_wrapped BLOB;    -- root key under the code
ALTER TABLE vault_meta ADD COLUMN recovery_made_at INTEGER;
