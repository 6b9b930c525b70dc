//! Keys that sign tokens (ES256) and receipts (Ed25519). Private halves lie sealed in the database.

/// The keys in force and the public halves of all that ever were.
pub struct Keyring {
    _private: (),
}
