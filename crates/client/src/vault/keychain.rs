//! The OS keychain behind the [`Keychain`] port: Secret Service on Linux.
//!
//! Measured on the Secret Service: no bus → connecting fails; there but locked → reading looks like
//! "no entry" and writing fails. So whether it is locked is asked first, without prompting.

use async_trait::async_trait;
use zeroize::Zeroizing;

use crate::ports::{Keychain, KeychainError, KeychainStatus};

/// The keychain of this machine.
#[derive(Debug, Clone)]
pub struct OsKeychain {
    service: String,
}

impl OsKeychain {
    /// The keychain under the app's own service name.
    #[must_use]
    pub fn new() -> Self {
        Self::for_service("haoban")
    }

    /// The same under another name, so that tests never meet a resident's entries.
    #[must_use]
    pub fn for_service(service: &str) -> Self {
        Self { service: service.to_owned() }
    }
}

impl Default for OsKeychain {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Keychain for OsKeychain {
    async fn load(&self, account: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeychainError> {
        let (service, account) = (self.service.clone(), account.to_owned());
        blocking(move || system::load(&service, &account)).await
    }

    async fn store(&self, account: &str, secret: &[u8]) -> Result<(), KeychainError> {
        let (service, account, secret) = (self.service.clone(), account.to_owned(), Zeroizing::new(secret.to_vec()));
        blocking(move || {
            system::store(&service, &account, &secret)?;
            match system::load(&service, &account)? {
                Some(kept) if *kept == *secret => Ok(()),
                _ => Err(KeychainError::Unavailable("the entry was not there after writing it".to_owned())),
            }
        })
        .await
    }

    async fn delete(&self, account: &str) -> Result<(), KeychainError> {
        let (service, account) = (self.service.clone(), account.to_owned());
        blocking(move || system::delete(&service, &account)).await
    }

    async fn status(&self) -> KeychainStatus {
        blocking(system::status).await.unwrap_or(KeychainStatus::Unavailable)
    }

    async fn unlock(&self) -> KeychainStatus {
        blocking(system::unlock).await.unwrap_or(KeychainStatus::Unavailable)
    }
}

/// Keychain services answer when they like; they must not hold a worker of the runtime.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, KeychainError> + Send + 'static,
) -> Result<T, KeychainError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|_| Err(KeychainError::Unavailable("the keychain call did not end".to_owned())))
}

#[cfg(target_os = "linux")]
mod system {
    use std::sync::Arc;

    use keyring_core::{Entry, Error, api::CredentialStoreApi};
    use secret_service::{EncryptionType, blocking::SecretService};
    use zbus_secret_service_keyring_store::Store;
    use zeroize::Zeroizing;

    use crate::ports::{KeychainError, KeychainStatus};

    /// A new connection a call: the service may have been restarted since.
    fn entry(service: &str, account: &str) -> Result<Entry, KeychainError> {
        let store: Arc<Store> = Store::new().map_err(failed)?;
        let label = std::collections::HashMap::from([("label", "Haoban")]);
        store.build(service, account, Some(&label)).map_err(failed)
    }

    pub(super) fn load(service: &str, account: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeychainError> {
        ready()?;
        match entry(service, account)?.get_secret() {
            Ok(secret) => Ok(Some(Zeroizing::new(secret))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    pub(super) fn store(service: &str, account: &str, secret: &[u8]) -> Result<(), KeychainError> {
        ready()?;
        entry(service, account)?.set_secret(secret).map_err(failed)
    }

    pub(super) fn delete(service: &str, account: &str) -> Result<(), KeychainError> {
        ready()?;
        match entry(service, account)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(failed(error)),
        }
    }

    fn ready() -> Result<(), KeychainError> {
        match status()? {
            KeychainStatus::Ready => Ok(()),
            KeychainStatus::Locked => Err(KeychainError::Locked),
            KeychainStatus::Unavailable => Err(KeychainError::Unavailable("no Secret Service".to_owned())),
        }
    }

    #[allow(clippy::unnecessary_wraps, reason = "the same shape as its neighbours")]
    pub(super) fn status() -> Result<KeychainStatus, KeychainError> {
        // Only standing is asked: a plain session is enough and no secret passes.
        let Ok(service) = SecretService::connect(EncryptionType::Plain) else {
            return Ok(KeychainStatus::Unavailable);
        };
        Ok(match service.get_default_collection().and_then(|collection| collection.is_locked()) {
            Ok(false) => KeychainStatus::Ready,
            // No default collection: it must be made, which asks the resident for a password.
            Ok(true) | Err(secret_service::Error::NoResult | secret_service::Error::Locked) => KeychainStatus::Locked,
            Err(_) => KeychainStatus::Unavailable,
        })
    }

    pub(super) fn unlock() -> Result<KeychainStatus, KeychainError> {
        if let Ok(service) = SecretService::connect(EncryptionType::Plain)
            && let Ok(collection) = service.get_default_collection()
            && let Err(error) = collection.unlock()
        {
            tracing::info!(%error, "the keychain stays locked");
        }
        status()
    }

    fn failed(error: Error) -> KeychainError {
        match error {
            Error::NoStorageAccess(_) => KeychainError::Locked,
            other => KeychainError::Unavailable(other.to_string()),
        }
    }
}

/// Other systems get their store together with their package; until then they say so and the passphrase vault is offered.
#[cfg(not(target_os = "linux"))]
mod system {
    use zeroize::Zeroizing;

    use crate::ports::{KeychainError, KeychainStatus};

    fn none<T>() -> Result<T, KeychainError> {
        Err(KeychainError::Unavailable("no keychain store is built in for this system".to_owned()))
    }

    pub(super) fn load(_service: &str, _account: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeychainError> {
        none()
    }

    pub(super) fn store(_service: &str, _account: &str, _secret: &[u8]) -> Result<(), KeychainError> {
        none()
    }

    pub(super) fn delete(_service: &str, _account: &str) -> Result<(), KeychainError> {
        none()
    }

    pub(super) fn status() -> Result<KeychainStatus, KeychainError> {
        none()
    }

    pub(super) fn unlock() -> Result<KeychainStatus, KeychainError> {
        none()
    }
}
