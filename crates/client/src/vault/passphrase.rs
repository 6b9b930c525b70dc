//! A root key wrapped by a passphrase, for machines without a keychain.

use zeroize::Zeroizing;

use super::{VaultError, keys::Key, stretch::Stretch};

/// Fewest characters of a first passphrase.
pub const PASSPHRASE_MIN: usize = 8;
const PURPOSE: &str = "wrap";

/// Wraps the root key.
pub(crate) fn wrap(stretch: &Stretch, passphrase: &str, root: &Key) -> Result<Vec<u8>, VaultError> {
    if passphrase.chars().count() < PASSPHRASE_MIN {
        return Err(VaultError::ShortPassphrase);
    }
    stretch.wrap(PURPOSE, passphrase.as_bytes(), root.as_slice())
}

/// Unwraps the root key.
pub(crate) fn unwrap(stretch: &Stretch, passphrase: &str, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    stretch.unwrap(PURPOSE, passphrase.as_bytes(), wrapped).map_err(|error| match error {
        VaultError::NotGenuine => VaultError::WrongPassphrase,
        other => other,
    })
}
