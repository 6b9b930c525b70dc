//! The platform's secret: it lies outside the database and protects what lies inside.
//!
//! From it come the pepper of passwords, the keys that mark codes and refresh tokens, and the key that
//! seals signing keys, one each by HKDF, so that none says anything about another.

use std::{fs, io::Write as _, path::Path};

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey},
    hkdf, hmac,
};

use crate::{config::Config, ports::Random, ports::random_bytes};

const FILE: &str = "secret.key";

/// Why there is no secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The file cannot be read or made.
    #[error("the secret key file `{path}` cannot be read or made: {source}")]
    File {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The file holds something else.
    #[error("the secret key file `{0}` does not hold 64 hexadecimal digits; restore it from its backup")]
    Content(String),
    /// The library refused.
    #[error("no key could be derived from the secret")]
    Derive,
}

/// Keys derived from the secret.
pub struct Secret {
    pepper: [u8; 32],
    marks: hmac::Key,
    seals: RandomizedNonceKey,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl Secret {
    /// The configured secret, or the one in the data folder, made there at the first start.
    pub fn open(config: &Config, random: &dyn Random) -> Result<Self, SecretError> {
        match &config.secret {
            Some(bytes) => Self::from_bytes(bytes),
            None => Self::from_bytes(&from_file(&config.data_dir, random)?),
        }
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, SecretError> {
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"haoban server secret 1").extract(bytes);
        let derive = |purpose: &[u8]| -> Result<[u8; 32], SecretError> {
            let mut key = [0_u8; 32];
            root.expand(&[purpose], hkdf::HKDF_SHA256)
                .and_then(|okm| okm.fill(&mut key))
                .map_err(|_| SecretError::Derive)?;
            Ok(key)
        };
        Ok(Self {
            pepper: derive(b"password pepper")?,
            marks: hmac::Key::new(hmac::HMAC_SHA256, &derive(b"marks")?),
            seals: RandomizedNonceKey::new(&AES_256_GCM, &derive(b"seals")?).map_err(|_| SecretError::Derive)?,
        })
    }

    pub(super) fn pepper(&self) -> &[u8; 32] {
        &self.pepper
    }

    /// A keyed digest that only this platform can make. `purpose` keeps uses apart.
    #[must_use]
    pub fn mark(&self, purpose: &str, data: &[u8]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.marks);
        context.update(&(purpose.len() as u64).to_be_bytes());
        context.update(purpose.as_bytes());
        context.update(data);
        let mut mark = [0_u8; 32];
        mark.copy_from_slice(context.sign().as_ref());
        mark
    }

    /// Encrypts for the database; `label` must be the same when it is opened.
    pub(crate) fn seal(&self, label: &str, plain: &[u8]) -> Option<Vec<u8>> {
        let mut sealed = plain.to_vec();
        let nonce = self.seals.seal_in_place_append_tag(Aad::from(label.as_bytes()), &mut sealed).ok()?;
        let mut out = nonce.as_ref().to_vec();
        out.append(&mut sealed);
        Some(out)
    }

    /// Opens what [`Self::seal`] made; nothing when the secret or the label is another one.
    pub(crate) fn open_sealed(&self, label: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, body) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut body = body.to_vec();
        let plain = self.seals.open_in_place(nonce, Aad::from(label.as_bytes()), &mut body).ok()?;
        Some(plain.to_vec())
    }
}

fn from_file(folder: &Path, random: &dyn Random) -> Result<Vec<u8>, SecretError> {
    let path = folder.join(FILE);
    let shown = path.display().to_string();
    let failed = |source| SecretError::File { path: shown.clone(), source };
    match fs::read_to_string(&path) {
        Ok(text) => match hex::decode(text.trim()) {
            Ok(bytes) if bytes.len() == 32 => Ok(bytes),
            _ => Err(SecretError::Content(shown)),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let bytes = random_bytes::<32>(random);
            match keep(folder, &path, &hex::encode(bytes)) {
                Ok(()) => Ok(bytes.to_vec()),
                // Another process made one in the same moment; both work with that.
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => from_file(folder, random),
                Err(error) => Err(failed(error)),
            }
        }
        Err(error) => Err(failed(error)),
    }
}

/// Whole or not there, and never over another one, whenever the program ends or the disk is full: with half a key the
/// next start could not open what was sealed. Only its owner can read it.
fn keep(folder: &Path, path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = tempfile::Builder::new().prefix(".secret").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map_err(|failed| failed.error)?;
    #[cfg(unix)]
    fs::File::open(folder)?.sync_all()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_opens_only_with_its_secret_label_and_bytes() {
        let secret = Secret::from_bytes(&[7; 32]).unwrap();
        let sealed = secret.seal("a", b"key").unwrap();
        assert_eq!(secret.open_sealed("a", &sealed).unwrap(), b"key");
        assert!(secret.open_sealed("b", &sealed).is_none());
        assert!(Secret::from_bytes(&[8; 32]).unwrap().open_sealed("a", &sealed).is_none());
        let mut bent = sealed;
        bent[14] ^= 1;
        assert!(secret.open_sealed("a", &bent).is_none());
    }

    #[test]
    fn marks_of_different_purposes_differ() {
        let secret = Secret::from_bytes(&[7; 32]).unwrap();
        assert_ne!(secret.mark("a", b"bc"), secret.mark("ab", b"c"));
    }

    #[test]
    fn many_first_starts_at_once_make_one_key_and_leave_nothing_else() {
        for _ in 0..20 {
            let folder = tempfile::tempdir().unwrap();
            let keys: std::collections::BTreeSet<Vec<u8>> = std::thread::scope(|scope| {
                let start = || from_file(folder.path(), &crate::ports::SystemRandom).unwrap();
                let starts: Vec<_> = (0..8).map(|_| scope.spawn(start)).collect();
                starts.into_iter().map(|one| one.join().unwrap()).collect()
            });
            assert_eq!(keys.len(), 1, "every start works with the same key");
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "only the key is left");
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_made_once_and_only_for_its_owner() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let first = from_file(folder.path(), &crate::ports::SystemRandom).unwrap();
        assert_eq!(first, from_file(folder.path(), &crate::ports::SystemRandom).unwrap());
        let mode = fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::write(folder.path().join(FILE), "short").unwrap();
        assert!(matches!(from_file(folder.path(), &crate::ports::SystemRandom), Err(SecretError::Content(_))));
    }
}
