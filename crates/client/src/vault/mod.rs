//! The vault: everything personal on this device is sealed by it before it is stored.
//!
//! One 32-byte root key; where it comes from (OS keychain, passphrase, nowhere) is the business of
//! [`opening`]. Sealing needs the vault open; while it is closed every call says why.

mod deposit;
mod envelope;
mod keychain;
mod keys;
pub(crate) mod opening;
mod passphrase;
pub(crate) mod profile_files;
pub(crate) mod recovery;
mod recovery_code;
mod rotation;
#[cfg(test)]
mod rotation_tests;
mod stretch;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use haoban_wire::ui::VaultView;
use parking_lot::RwLock;
use serde::{Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

pub(crate) use deposit::{Deposit, DepositKey};
pub use envelope::Suite;
pub(crate) use envelope::{OVERHEAD as CHUNK_OVERHEAD, open as open_envelope, seal as seal_envelope};
pub use keychain::OsKeychain;
pub(crate) use keys::{KEY_BYTES, Key, Keys, random_key};
pub use passphrase::PASSPHRASE_MIN;
pub(crate) use recovery::{Escrow, Recovery};
pub(crate) use recovery_code::RecoveryCode;
pub(crate) use rotation::Rotation;

use crate::{ports::KeychainError, store::StoreError};

/// Why the vault did not do it.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// It is closed; the view says why.
    #[error("the vault is closed")]
    Closed(VaultView),
    /// The sealed bytes were changed, moved to another row, or sealed under another key.
    #[error("sealed content is not genuine")]
    NotGenuine,
    /// Opened, but not what it should be.
    #[error("sealed content cannot be read: {0}")]
    Malformed(#[from] serde_json::Error),
    /// The passphrase does not open this vault.
    #[error("wrong passphrase")]
    WrongPassphrase,
    /// A first passphrase needs more characters.
    #[error("the passphrase is too short")]
    ShortPassphrase,
    /// Groups of a typed recovery code do not add up.
    #[error("groups of the recovery code are mistyped")]
    RecoveryTypo {
        /// Which, from 1.
        groups: Vec<usize>,
    },
    /// A typed recovery code has too few or too many characters.
    #[error("the recovery code has {found} characters instead of {wanted}")]
    RecoveryLength {
        /// Characters typed.
        found: usize,
        /// Characters of a code.
        wanted: usize,
    },
    /// A well-formed recovery code, but not the one in force.
    #[error("wrong recovery code")]
    WrongRecoveryCode,
    /// No recovery code was made, or none is being shown.
    #[error("there is no recovery code")]
    NoRecoveryCode,
    /// Too many wrong recovery codes.
    #[error("too many wrong recovery codes")]
    TooManyTries {
        /// How long to wait.
        wait_millis: u64,
    },
    /// The stored parameters of the passphrase lie below what this app accepts.
    #[error("the passphrase parameters are too weak")]
    WeakParameters,
    /// A change of the root key was stopped in time; nothing was changed.
    #[error("the change of the key was stopped")]
    Stopped,
    /// Another process works on this profile.
    #[error("another process uses this profile")]
    InUse,
    /// The system gave no randomness.
    #[error("no randomness")]
    Random,
    /// Keychain.
    #[error(transparent)]
    Keychain(#[from] KeychainError),
    /// Store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<getrandom::Error> for VaultError {
    fn from(_: getrandom::Error) -> Self {
        Self::Random
    }
}

enum State {
    Closed(VaultView),
    Open { keys: Arc<Keys>, view: VaultView },
}

/// Seals and opens.
pub struct Vault {
    state: RwLock<State>,
}

impl Vault {
    /// A closed vault.
    pub(crate) fn closed(view: VaultView) -> Self {
        Self { state: RwLock::new(State::Closed(view)) }
    }

    /// Where it stands.
    #[must_use]
    pub fn view(&self) -> VaultView {
        match &*self.state.read() {
            State::Closed(view) | State::Open { view, .. } => view.clone(),
        }
    }

    /// Whether it can seal.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(&*self.state.read(), State::Open { .. })
    }

    pub(crate) fn set_open(&self, keys: Keys, view: VaultView) {
        *self.state.write() = State::Open { keys: Arc::new(keys), view };
    }

    pub(crate) fn set_closed(&self, view: VaultView) {
        *self.state.write() = State::Closed(view);
    }

    pub(crate) fn keys(&self) -> Result<Arc<Keys>, VaultError> {
        match &*self.state.read() {
            State::Open { keys, .. } => Ok(keys.clone()),
            State::Closed(view) => Err(VaultError::Closed(view.clone())),
        }
    }

    /// Seals the content of one row. The result opens only under the same table, row and revision.
    pub fn seal(&self, table: &str, row: &str, revision: u64, plaintext: &[u8]) -> Result<Vec<u8>, VaultError> {
        self.keys()?.seal(table, row, revision, plaintext)
    }

    /// Opens what [`Self::seal`] made.
    pub fn open(&self, table: &str, row: &str, revision: u64, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        self.keys()?.open(table, row, revision, sealed)
    }

    /// Seals a value as JSON.
    pub fn seal_json<T: Serialize>(
        &self,
        table: &str,
        row: &str,
        revision: u64,
        value: &T,
    ) -> Result<Vec<u8>, VaultError> {
        let plaintext = Zeroizing::new(serde_json::to_vec(value)?);
        self.seal(table, row, revision, &plaintext)
    }

    /// Opens a value sealed as JSON.
    pub fn open_json<T: DeserializeOwned>(
        &self,
        table: &str,
        row: &str,
        revision: u64,
        sealed: &[u8],
    ) -> Result<T, VaultError> {
        Ok(serde_json::from_slice(&self.open(table, row, revision, sealed)?)?)
    }

    /// A keyed digest of a name (hex), for row ids that must be found again but may not say what they name.
    pub fn blind(&self, kind: &str, name: &str) -> Result<String, VaultError> {
        Ok(self.keys()?.blind(kind, name))
    }
}
