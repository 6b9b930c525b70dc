//! The code a new device shows and the resident types on one that follows already.
//!
//! Eight characters, random, made on the new device. Stretched slowly over its public key it gives a check that lies at
//! the platform, and a key that is mixed into the grant. So neither a wrong key can be slipped under the code nor a
//! forged grant to the new device, unless somebody tries all 2^40 codes at a good part of a second each.

use argon2::{Algorithm, Argon2, Params, Version};
use haoban_domain::ids::{DeviceId, PartyId};
use haoban_wire::follow::DEVICE_CHECK_BYTES;
use hkdf::Hkdf;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::vault::{KEY_BYTES, Key, VaultError};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of a code.
pub(super) const CODE_CHARACTERS: usize = 8;
/// 64 MiB, three passes, one lane, as for the passphrase of the vault.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;

/// A fresh code.
pub(super) fn fresh() -> Result<String, VaultError> {
    let mut bytes = [0u8; CODE_CHARACTERS];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect())
}

/// As the resident typed it: any case, with or without a dash, letters that look like digits taken for them.
pub(super) fn read(typed: &str) -> Option<String> {
    let mut code = String::with_capacity(CODE_CHARACTERS);
    for c in typed.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '－' | '—')) {
        let c = match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            c => c,
        };
        let known = u8::try_from(c).is_ok_and(|byte| ALPHABET.contains(&byte));
        if !known {
            return None;
        }
        code.push(c);
    }
    (code.len() == CODE_CHARACTERS).then_some(code)
}

/// What is made from a code.
pub(super) struct Stretched {
    /// Lies at the platform.
    pub(super) check: [u8; DEVICE_CHECK_BYTES],
    /// Goes into the grant.
    pub(super) bind: Key,
}

impl Stretched {
    /// Whether a check belongs to the same code and key.
    pub(super) fn fits(&self, check: &str) -> bool {
        hex::decode(check).is_ok_and(|check| self.check.ct_eq(check.as_slice()).into())
    }
}

/// Takes a few hundred milliseconds of one core, on a thread of its own.
pub(super) async fn stretch(
    code: &str,
    party: PartyId,
    device: DeviceId,
    public_key: &str,
) -> Result<Stretched, VaultError> {
    let code = Zeroizing::new(code.to_owned());
    let salt = Sha256::digest(format!("haoban device code 1 {party} {device} {public_key}"));
    let work = tokio::task::spawn_blocking(move || stretched(code.as_bytes(), &salt));
    work.await.unwrap_or(Err(VaultError::Random))
}

fn stretched(code: &[u8], salt: &[u8]) -> Result<Stretched, VaultError> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, Some(KEY_BYTES)).map_err(|_| VaultError::WeakParameters)?;
    let mut key = Zeroizing::new([0u8; KEY_BYTES]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(code, salt, key.as_mut_slice())
        .map_err(|_| VaultError::WeakParameters)?;
    let hkdf = Hkdf::<Sha256>::new(None, key.as_slice());
    let mut made = Stretched { check: [0; DEVICE_CHECK_BYTES], bind: Zeroizing::new([0; KEY_BYTES]) };
    hkdf.expand(b"check", &mut made.check).map_err(|_| VaultError::NotGenuine)?;
    hkdf.expand(b"bind", made.bind.as_mut_slice()).map_err(|_| VaultError::NotGenuine)?;
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        assert_eq!(read("abcd-efgh").as_deref(), Some("ABCDEFGH"));
        assert_eq!(read(" o1il 2345 ").as_deref(), Some("01112345"));
        for wrong in ["", "ABCDEFG", "ABCDEFGHJ", "ABCDEFGU", "验证码验证码验证"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        let code = fresh().unwrap();
        assert_eq!(read(&code), Some(code));
    }

    #[tokio::test]
    async fn the_check_fits_one_code_one_key_and_one_account_only() {
        let (party, device) = (PartyId::new(1, [1; 10]), DeviceId::new(1, [2; 10]));
        let made = stretch("ABCDEFGH", party, device, "aa").await.unwrap();
        let check = hex::encode(made.check);
        assert!(stretch("ABCDEFGH", party, device, "aa").await.unwrap().fits(&check));
        assert!(!stretch("ABCDEFGJ", party, device, "aa").await.unwrap().fits(&check), "another code");
        assert!(!stretch("ABCDEFGH", party, device, "ab").await.unwrap().fits(&check), "a swapped key");
        assert!(!stretch("ABCDEFGH", PartyId::new(1, [9; 10]), device, "aa").await.unwrap().fits(&check));
        assert!(!made.fits(""), "no check at all");
    }
}
