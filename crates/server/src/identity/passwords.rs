//! Passwords: Argon2id with a pepper, away from the async threads and never too many at once.

use std::sync::Arc;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use tokio::sync::Semaphore;

use super::Secret;
use crate::{Error, Result, ports::Random, ports::random_bytes};

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Hashes at the same time: 19 MiB each.
const AT_ONCE: usize = 4;
/// Longest password that is looked at; a longer one is wrong.
const LONGEST: usize = 256;

/// Hashes and checks passwords.
#[derive(Debug, Clone)]
pub struct Passwords {
    secret: Arc<Secret>,
    gate: Arc<Semaphore>,
    /// Hash of a password nobody knows, checked where there is no account so that both take the same time.
    dummy: Arc<str>,
}

impl Passwords {
    /// Ready to work; makes the dummy hash.
    pub fn new(secret: Arc<Secret>, random: &dyn Random) -> Result<Self> {
        let nobody = hex::encode(random_bytes::<16>(random));
        let dummy = hash(&secret, &nobody, &random_bytes::<16>(random))?.into();
        Ok(Self { secret, gate: Arc::new(Semaphore::new(AT_ONCE)), dummy })
    }

    /// Hash of a new password, as a PHC string.
    pub async fn hash(&self, random: &dyn Random, password: &str) -> Result<String> {
        let (secret, password, salt) = (Arc::clone(&self.secret), password.to_owned(), random_bytes::<16>(random));
        self.work(move || hash(&secret, &password, &salt)).await?
    }

    /// Whether the password fits; with no hash the same work is done and the answer is no.
    pub async fn verify(&self, stored: Option<&str>, password: &str) -> Result<bool> {
        let known = stored.is_some() && password.len() <= LONGEST;
        let stored = stored.unwrap_or(&self.dummy).to_owned();
        let password = if password.len() <= LONGEST { password.to_owned() } else { String::new() };
        let secret = Arc::clone(&self.secret);
        let fits = self.work(move || verify(&secret, &stored, &password)).await??;
        Ok(known && fits)
    }

    async fn work<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let permit = Arc::clone(&self.gate).acquire_owned().await.map_err(|_| Error::internal("shutting down"))?;
        tokio::task::spawn_blocking(move || {
            // The permit lives as long as the work, even when the caller went away.
            let _permit = permit;
            job()
        })
        .await
        .map_err(|_| Error::internal("password work was cut short"))
    }
}

fn argon(secret: &Secret) -> Result<Argon2<'_>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(failed)?;
    Argon2::new_with_secret(secret.pepper(), Algorithm::Argon2id, Version::V0x13, params).map_err(failed)
}

fn hash(secret: &Secret, password: &str, salt: &[u8]) -> Result<String> {
    let hashed: PasswordHash = argon(secret)?.hash_password_with_salt(password.as_bytes(), salt).map_err(failed)?;
    Ok(hashed.to_string())
}

fn verify(secret: &Secret, stored: &str, password: &str) -> Result<bool> {
    let stored = PasswordHash::new(stored).map_err(failed)?;
    Ok(argon(secret)?.verify_password(password.as_bytes(), &stored).is_ok())
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::internal(format!("password hashing: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::SystemRandom;

    fn secret(folder: &std::path::Path) -> Arc<Secret> {
        let mut config = crate::config::Config::load(None, []).unwrap();
        config.data_dir = folder.to_owned();
        Arc::new(Secret::open(&config, &SystemRandom).unwrap())
    }

    #[tokio::test]
    async fn a_password_fits_only_itself_and_only_with_the_pepper() {
        let folder = tempfile::tempdir().unwrap();
        let other = tempfile::tempdir().unwrap();
        let passwords = Passwords::new(secret(folder.path()), &SystemRandom).unwrap();
        let stored = passwords.hash(&SystemRandom, "haoban").await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(passwords.verify(Some(&stored), "haoban").await.unwrap());
        assert!(!passwords.verify(Some(&stored), "Haoban").await.unwrap());
        assert!(!passwords.verify(None, "haoban").await.unwrap());
        assert!(!passwords.verify(Some(&stored), &"h".repeat(LONGEST + 1)).await.unwrap());
        let elsewhere = Passwords::new(secret(other.path()), &SystemRandom).unwrap();
        assert!(!elsewhere.verify(Some(&stored), "haoban").await.unwrap());
    }
}
