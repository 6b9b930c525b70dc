//! The root key under a key that the platform keeps: neither the store alone nor the platform alone opens anything.

use haoban_domain::time::Timestamp;
use haoban_wire::deposits::KeyDeposit;
use zeroize::Zeroizing;

use super::{
    VaultError, envelope,
    keys::{KEY_BYTES, Key, random_key},
};

const PURPOSE: &[u8] = b"key deposit";

/// What the store knows of a deposit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Deposit {
    /// The root key under the deposited key; absent while the platform's half is still to be removed.
    pub(crate) wrapped: Option<Vec<u8>>,
    /// Whose account keeps it, as a keyed digest.
    pub(crate) by: String,
    pub(crate) made_at: Timestamp,
}

/// The platform's half, while it passes through this device.
pub(crate) struct DepositKey(Key);

impl DepositKey {
    pub(crate) fn fresh() -> Result<Self, VaultError> {
        Ok(Self(random_key()?))
    }

    /// As the platform gave it.
    pub(crate) fn read(body: &KeyDeposit) -> Result<Self, VaultError> {
        let mut key = Zeroizing::new([0u8; KEY_BYTES]);
        hex::decode_to_slice(&body.key, key.as_mut_slice()).map_err(|_| VaultError::NotGenuine)?;
        Ok(Self(key))
    }

    /// As the platform takes it.
    pub(crate) fn body(&self) -> KeyDeposit {
        KeyDeposit { key: hex::encode(self.0.as_slice()) }
    }

    /// Wraps the root key of a profile.
    pub(crate) fn wrap(&self, profile: &str, root: &[u8]) -> Result<Vec<u8>, VaultError> {
        envelope::seal(&self.0, &[PURPOSE, profile.as_bytes()], root)
    }

    /// Unwraps it.
    pub(crate) fn unwrap(&self, profile: &str, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        envelope::open(&self.0, &[PURPOSE, profile.as_bytes()], wrapped)
    }
}
