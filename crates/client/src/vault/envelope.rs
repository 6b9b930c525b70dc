//! Shape of sealed bytes: version, suite, nonce, ciphertext with tag.

use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};
use zeroize::Zeroizing;

use super::{
    VaultError,
    keys::{KEY_BYTES, Key},
};

/// Cipher of an envelope. The byte is stored, so a second suite can be read beside the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Suite {
    /// XChaCha20-Poly1305 with a random 24-byte nonce.
    XChaCha20Poly1305 = 1,
}

impl Suite {
    fn from_byte(byte: u8) -> Option<Self> {
        (byte == Self::XChaCha20Poly1305 as u8).then_some(Self::XChaCha20Poly1305)
    }
}

const VERSION: u8 = 1;
const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;
const HEADER_BYTES: usize = 2 + NONCE_BYTES;
/// How many bytes longer sealed content is.
pub(crate) const OVERHEAD: usize = HEADER_BYTES + TAG_BYTES;

/// Parts with their lengths before them, so that no two lists of parts look alike.
fn associated(suite: Suite, parts: &[&[u8]]) -> Vec<u8> {
    let mut data = vec![VERSION, suite as u8];
    for part in parts {
        data.extend_from_slice(&(part.len() as u64).to_be_bytes());
        data.extend_from_slice(part);
    }
    data
}

fn cipher(key: &Key) -> Result<XChaCha20Poly1305, VaultError> {
    debug_assert_eq!(key.len(), KEY_BYTES);
    XChaCha20Poly1305::new_from_slice(key.as_slice()).map_err(|_| VaultError::NotGenuine)
}

pub(crate) fn seal(key: &Key, bound: &[&[u8]], plaintext: &[u8]) -> Result<Vec<u8>, VaultError> {
    let suite = Suite::XChaCha20Poly1305;
    let mut nonce = [0u8; NONCE_BYTES];
    getrandom::fill(&mut nonce)?;
    let aad = associated(suite, bound);
    let sealed = cipher(key)?
        .encrypt(&XNonce::from(nonce), Payload { msg: plaintext, aad: &aad })
        .map_err(|_| VaultError::NotGenuine)?;
    let mut envelope = Vec::with_capacity(HEADER_BYTES + sealed.len());
    envelope.extend_from_slice(&[VERSION, suite as u8]);
    envelope.extend_from_slice(&nonce);
    envelope.extend_from_slice(&sealed);
    Ok(envelope)
}

pub(crate) fn open(key: &Key, bound: &[&[u8]], envelope: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    if envelope.len() < OVERHEAD || envelope[0] != VERSION {
        return Err(VaultError::NotGenuine);
    }
    let suite = Suite::from_byte(envelope[1]).ok_or(VaultError::NotGenuine)?;
    let nonce: [u8; NONCE_BYTES] = envelope[2..HEADER_BYTES].try_into().map_err(|_| VaultError::NotGenuine)?;
    let aad = associated(suite, bound);
    let plaintext = cipher(key)?
        .decrypt(&XNonce::from(nonce), Payload { msg: &envelope[HEADER_BYTES..], aad: &aad })
        .map_err(|_| VaultError::NotGenuine)?;
    Ok(Zeroizing::new(plaintext))
}
