//! The root key and what is derived from it, one key a purpose.

use aws_lc_rs::hmac;
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{VaultError, envelope};
use crate::store::VaultMeta;

/// Bytes of every key.
pub(crate) const KEY_BYTES: usize = 32;
/// Content of the check record.
const PROOF: &[u8] = b"haoban vault";
/// What the index key is sealed as.
const INDEX: &[u8] = b"index key";

/// A key that is wiped when dropped.
pub(crate) type Key = Zeroizing<[u8; KEY_BYTES]>;

/// Fills a fresh key from the system's randomness.
pub(crate) fn random_key() -> Result<Key, VaultError> {
    let mut key = Zeroizing::new([0u8; KEY_BYTES]);
    getrandom::fill(key.as_mut_slice())?;
    Ok(key)
}

/// Keys of an open vault. The root itself is not kept.
pub(crate) struct Keys {
    record: Key,
    file: Key,
    index: Key,
    proof: Key,
    log: Key,
}

impl Keys {
    /// Derives all keys from the root.
    pub(crate) fn derive(root: &[u8]) -> Result<Self, VaultError> {
        if root.len() != KEY_BYTES {
            return Err(VaultError::NotGenuine);
        }
        let hkdf = Hkdf::<Sha256>::new(Some(b"haoban/vault/1"), root);
        let purpose = |name: &str| {
            let mut key = Zeroizing::new([0u8; KEY_BYTES]);
            hkdf.expand(name.as_bytes(), key.as_mut_slice()).map_err(|_| VaultError::NotGenuine)?;
            Ok::<_, VaultError>(key)
        };
        Ok(Self {
            record: purpose("record")?,
            file: purpose("file")?,
            index: purpose("index")?,
            proof: purpose("proof")?,
            log: purpose("log")?,
        })
    }

    pub(crate) fn seal(&self, table: &str, row: &str, revision: u64, plaintext: &[u8]) -> Result<Vec<u8>, VaultError> {
        envelope::seal(&self.record, &[table.as_bytes(), row.as_bytes(), &revision.to_be_bytes()], plaintext)
    }

    pub(crate) fn open(
        &self,
        table: &str,
        row: &str,
        revision: u64,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        envelope::open(&self.record, &[table.as_bytes(), row.as_bytes(), &revision.to_be_bytes()], sealed)
    }

    /// Seals one chunk of a file. Number and final mark are bound, so chunks cannot be swapped, dropped or cut off.
    pub(crate) fn seal_chunk(&self, file: &str, number: u64, last: bool, chunk: &[u8]) -> Result<Vec<u8>, VaultError> {
        envelope::seal(&self.file, &[file.as_bytes(), &number.to_be_bytes(), &[u8::from(last)]], chunk)
    }

    pub(crate) fn open_chunk(
        &self,
        file: &str,
        number: u64,
        last: bool,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        envelope::open(&self.file, &[file.as_bytes(), &number.to_be_bytes(), &[u8::from(last)]], sealed)
    }

    /// Seals one record of the autosave log. Its number is bound, so records cannot be swapped or played again later.
    pub(crate) fn seal_log(&self, number: u64, content: &[u8]) -> Result<Vec<u8>, VaultError> {
        envelope::seal(&self.log, &[&number.to_be_bytes()], content)
    }

    pub(crate) fn open_log(&self, number: u64, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        envelope::open(&self.log, &[&number.to_be_bytes()], sealed)
    }

    pub(crate) fn blind(&self, kind: &str, name: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.index.as_slice());
        let mut context = hmac::Context::with_key(&key);
        context.update(kind.as_bytes());
        context.update(&[0]);
        context.update(name.as_bytes());
        hex::encode(context.sign())
    }

    /// The keys of a profile, if this is its root key.
    pub(crate) fn of(meta: &VaultMeta, root: &[u8]) -> Result<Option<Self>, VaultError> {
        let mut keys = Self::derive(root)?;
        if !keys.fits(&meta.profile, &meta.proof) {
            return Ok(None);
        }
        if let Some(sealed) = &meta.index {
            let index = envelope::open(&keys.record, &[INDEX, meta.profile.as_bytes()], sealed)?;
            keys.index = Zeroizing::new(index.as_slice().try_into().map_err(|_| VaultError::NotGenuine)?);
        }
        Ok(Some(keys))
    }

    /// The same with the row names of other keys: names are digests of what nobody could find out again to digest it
    /// anew. The index key opens nothing.
    pub(crate) fn with_index_of(mut self, before: &Self) -> Self {
        self.index = before.index.clone();
        self
    }

    /// The index key for the vault's own row.
    pub(crate) fn seal_index(&self, profile: &str) -> Result<Vec<u8>, VaultError> {
        envelope::seal(&self.record, &[INDEX, profile.as_bytes()], self.index.as_slice())
    }

    /// The check record of a profile: only this root key opens it again.
    pub(crate) fn make_proof(&self, profile: &str) -> Result<Vec<u8>, VaultError> {
        envelope::seal(&self.proof, &[profile.as_bytes()], PROOF)
    }

    /// Whether these are the keys the profile was made with.
    pub(crate) fn fits(&self, profile: &str, proof: &[u8]) -> bool {
        envelope::open(&self.proof, &[profile.as_bytes()], proof).is_ok_and(|content| content.as_slice() == PROOF)
    }
}
