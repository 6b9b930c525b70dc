-- The root key under a key that only the platform keeps, and what a change of the root key needs.
-- Older binaries refuse this schema in words.
ALTER TABLE vault_meta ADD COLUMN deposit_wrapped BLOB;     -- root key under the deposited key; absent while the deposit is to be withdrawn
ALTER TABLE vault_meta ADD COLUMN deposit_by TEXT;          -- whose account keeps it: a keyed digest that names nobody
ALTER TABLE vault_meta ADD COLUMN deposit_made_at INTEGER;
ALTER TABLE vault_meta ADD COLUMN index_sealed BLOB;        -- key of row names, kept over changes of the root key
