//! Argon2id: from words a person keeps to the key that wraps the root key.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{
    VaultError, envelope,
    keys::{KEY_BYTES, Key},
};

/// 64 MiB, three passes, one lane: what new vaults get, and the floor for stored ones.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 1;
/// A tampered file must not be able to eat the whole machine.
const MEMORY_MOST_KIB: u32 = 1024 * 1024;
const PASSES_MOST: u32 = 64;
const SALT_BYTES: usize = 16;

/// How words are stretched; stored in clear beside the wrapped key and bound to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stretch {
    algorithm: String,
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: String,
}

impl Stretch {
    pub(crate) fn fresh() -> Result<Self, VaultError> {
        let mut salt = [0u8; SALT_BYTES];
        getrandom::fill(&mut salt)?;
        Ok(Self {
            algorithm: "argon2id".to_owned(),
            memory_kib: MEMORY_KIB,
            passes: PASSES,
            lanes: LANES,
            salt: BASE64.encode(salt),
        })
    }

    #[cfg(test)]
    pub(crate) fn weakened(mut self) -> Self {
        self.memory_kib = 1024;
        self
    }

    fn check(&self) -> Result<Vec<u8>, VaultError> {
        let salt = BASE64.decode(&self.salt).map_err(|_| VaultError::WeakParameters)?;
        let fits = self.algorithm == "argon2id"
            && (MEMORY_KIB..=MEMORY_MOST_KIB).contains(&self.memory_kib)
            && (PASSES..=PASSES_MOST).contains(&self.passes)
            && (LANES..=16).contains(&self.lanes)
            && salt.len() >= SALT_BYTES;
        if fits { Ok(salt) } else { Err(VaultError::WeakParameters) }
    }

    /// Takes a few hundred milliseconds of one core: call it where blocking is allowed.
    fn key(&self, words: &[u8]) -> Result<Key, VaultError> {
        let salt = self.check()?;
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(KEY_BYTES))
            .map_err(|_| VaultError::WeakParameters)?;
        let mut key = Zeroizing::new([0u8; KEY_BYTES]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(words, &salt, key.as_mut_slice())
            .map_err(|_| VaultError::WeakParameters)?;
        Ok(key)
    }

    /// Wraps the root key under the words, for one purpose only.
    pub(crate) fn wrap(&self, purpose: &str, words: &[u8], root: &[u8]) -> Result<Vec<u8>, VaultError> {
        envelope::seal(&self.key(words)?, &[purpose.as_bytes(), &serde_json::to_vec(self)?], root)
    }

    /// Unwraps the root key. Wrong words and changed parameters look the same: not genuine.
    pub(crate) fn unwrap(&self, purpose: &str, words: &[u8], wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        envelope::open(&self.key(words)?, &[purpose.as_bytes(), &serde_json::to_vec(self)?], wrapped)
    }
}
