//! Bodies of `/v1/key-deposits`: the platform's half of a device's key.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Bytes of a deposit key.
pub const DEPOSIT_KEY_BYTES: usize = 32;

/// The half that the platform keeps. Alone it opens nothing: what it wraps never leaves the device.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyDeposit {
    /// [`DEPOSIT_KEY_BYTES`] random bytes (hex).
    pub key: String,
}

impl std::fmt::Debug for KeyDeposit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyDeposit(..)")
    }
}
