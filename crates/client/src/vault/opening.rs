//! How a profile is opened: which key, which store, and when nothing may be touched.

use std::path::{Path, PathBuf};

use haoban_domain::time::Timestamp;
use haoban_wire::{ProblemCode, ui::VaultView};
use zeroize::Zeroizing;

use super::{
    Escrow, Keys, RecoveryCode, VaultError,
    keys::{KEY_BYTES, Key, random_key},
    passphrase,
    stretch::Stretch,
};
use crate::{
    ports::{Clock, Keychain, KeychainError, KeychainStatus},
    store::{Store, StoreError, VaultMeta},
};

/// File of the store inside a profile.
const STORE_FILE: &str = "store.db";
/// Folder of the sealed files inside a profile.
pub(crate) const FILES_DIR: &str = "files";

/// What opening a profile came to.
pub(crate) struct Opened {
    pub(crate) view: VaultView,
    pub(crate) keys: Option<Keys>,
    pub(crate) store: Option<Store>,
}

impl Opened {
    fn closed(view: VaultView, store: Option<Store>) -> Self {
        Self { view, keys: None, store }
    }

    fn unreadable(code: ProblemCode) -> Self {
        Self::closed(VaultView::Unreadable { code: code.as_str().to_owned() }, None)
    }
}

/// A profile folder and the ports its opening needs.
pub(crate) struct Profile<'a> {
    pub(crate) dir: &'a Path,
    pub(crate) keychain: &'a dyn Keychain,
    pub(crate) clock: &'a dyn Clock,
}

impl Profile<'_> {
    fn store_path(&self) -> PathBuf {
        self.dir.join(STORE_FILE)
    }

    /// Opens with the keychain, or says why not. Creates only where nothing was before.
    pub(crate) async fn open(&self) -> Opened {
        match self.open_inner().await {
            Ok(opened) => opened,
            Err(error) => {
                tracing::error!(%error, "the profile cannot be opened");
                Opened::unreadable(match error {
                    VaultError::Store(StoreError::TooNew { .. }) => ProblemCode::StoreTooNew,
                    VaultError::Store(StoreError::Full) => ProblemCode::DiskFull,
                    _ => ProblemCode::StoreFailed,
                })
            }
        }
    }

    async fn open_inner(&self) -> Result<Opened, VaultError> {
        let Some(store) = self.existing_store().await? else {
            return self.begin().await;
        };
        let Some(meta) = store.vault_meta().await? else {
            // Either we were cut off between making the file and its first row, or somebody emptied a table.
            return if store.is_blank().await? {
                store.close().await;
                self.begin().await
            } else {
                Ok(Opened::unreadable(ProblemCode::StoreFailed))
            };
        };
        if meta.kdf.is_some() {
            return Ok(Opened::closed(VaultView::PassphraseNeeded, Some(store)));
        }
        self.with_keychain(store, &meta).await
    }

    async fn existing_store(&self) -> Result<Option<Store>, VaultError> {
        let path = self.store_path();
        let there = tokio::fs::metadata(&path).await.is_ok_and(|file| file.len() > 0);
        if there { Ok(Some(Store::open(&path).await?)) } else { Ok(None) }
    }

    async fn with_keychain(&self, store: Store, meta: &VaultMeta) -> Result<Opened, VaultError> {
        // A locked keychain may answer "no entry", so its standing is asked first.
        match self.keychain.status().await {
            KeychainStatus::Locked => return Ok(Opened::closed(VaultView::KeychainLocked, Some(store))),
            KeychainStatus::Unavailable => return Ok(Opened::closed(VaultView::KeyMissing, Some(store))),
            KeychainStatus::Ready => {}
        }
        let key = match self.keychain.load(&account(&meta.profile)).await {
            Ok(key) => key,
            Err(KeychainError::Locked) => return Ok(Opened::closed(VaultView::KeychainLocked, Some(store))),
            Err(KeychainError::Unavailable(_)) => None,
        };
        let keys = key.and_then(|root| Keys::derive(&root).ok()).filter(|keys| keys.fits(&meta.profile, &meta.proof));
        Ok(match keys {
            Some(keys) => Opened { view: VaultView::Open, keys: Some(keys), store: Some(store) },
            None => Opened::closed(VaultView::KeyMissing, Some(store)),
        })
    }

    /// First start: a key in the keychain, then the store.
    async fn begin(&self) -> Result<Opened, VaultError> {
        match self.keychain.status().await {
            KeychainStatus::Locked => return Ok(Opened::closed(VaultView::KeychainLocked, None)),
            KeychainStatus::Unavailable => return Ok(Opened::closed(VaultView::NoKeychain, None)),
            KeychainStatus::Ready => {}
        }
        let profile = random_profile()?;
        let root = random_key()?;
        match self.keep(&account(&profile), &root).await {
            Ok(()) => {}
            Err(VaultError::Keychain(KeychainError::Locked)) => {
                return Ok(Opened::closed(VaultView::KeychainLocked, None));
            }
            Err(VaultError::Keychain(KeychainError::Unavailable(_))) => {
                return Ok(Opened::closed(VaultView::NoKeychain, None));
            }
            Err(error) => return Err(error),
        }
        let meta = |keys: &Keys| {
            Ok(VaultMeta { profile: profile.clone(), kdf: None, wrapped: None, proof: keys.make_proof(&profile)? })
        };
        self.create(&root, VaultView::Open, meta).await
    }

    /// The root key of an open vault, asked from the keychain once more: it is not kept in memory.
    pub(crate) async fn root(&self, store: &Store) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let meta = store.vault_meta().await?.ok_or(VaultError::NotGenuine)?;
        let root = self.keychain.load(&account(&meta.profile)).await?.ok_or(VaultError::NotGenuine)?;
        if Keys::derive(&root)?.fits(&meta.profile, &meta.proof) { Ok(root) } else { Err(VaultError::NotGenuine) }
    }

    /// Brings the root key back into the keychain by the recovery code. The store is only read.
    pub(crate) async fn recover(&self, store: &Store, code: RecoveryCode) -> Result<Keys, VaultError> {
        match self.keychain.status().await {
            KeychainStatus::Ready => {}
            KeychainStatus::Locked => return Err(KeychainError::Locked.into()),
            KeychainStatus::Unavailable => {
                return Err(KeychainError::Unavailable("there is nowhere to put the key back".to_owned()).into());
            }
        }
        let meta = store.vault_meta().await?.ok_or(VaultError::NotGenuine)?;
        let escrow = store.escrow().await?.ok_or(VaultError::NoRecoveryCode)?;
        let root = blocking(move || escrow.open(&code)).await?;
        let root: Key = Zeroizing::new(root.as_slice().try_into().map_err(|_| VaultError::NotGenuine)?);
        let keys = Keys::derive(root.as_slice())?;
        if !keys.fits(&meta.profile, &meta.proof) {
            return Err(VaultError::NotGenuine);
        }
        self.keep(&account(&meta.profile), &root).await?;
        Ok(keys)
    }

    /// Stores the key and looks whether it is really there: some back ends forget silently.
    async fn keep(&self, account: &str, root: &Key) -> Result<(), VaultError> {
        self.keychain.store(account, root.as_slice()).await?;
        match self.keychain.load(account).await? {
            Some(kept) if kept.as_slice() == root.as_slice() => Ok(()),
            _ => Err(KeychainError::Unavailable("it did not keep the key".to_owned()).into()),
        }
    }

    async fn create(
        &self,
        root: &Key,
        view: VaultView,
        meta: impl FnOnce(&Keys) -> Result<VaultMeta, VaultError>,
    ) -> Result<Opened, VaultError> {
        let keys = Keys::derive(root.as_slice())?;
        create_private_dir(self.dir)?;
        let store = Store::open(&self.store_path()).await?;
        store.begin_vault(&meta(&keys)?, self.clock.now()).await?;
        Ok(Opened { view, keys: Some(keys), store: Some(store) })
    }

    /// Sets a first passphrase where there is neither keychain nor store.
    pub(crate) async fn begin_with_passphrase(&self, passphrase: &str) -> Result<Opened, VaultError> {
        if passphrase.chars().count() < passphrase::PASSPHRASE_MIN {
            return Err(VaultError::ShortPassphrase);
        }
        let profile = random_profile()?;
        let root = random_key()?;
        let stretch = Stretch::fresh()?;
        let words = Zeroizing::new(passphrase.to_owned());
        let (for_wrap, key) = (stretch.clone(), Zeroizing::new(*root));
        let wrapped = blocking(move || passphrase::wrap(&for_wrap, &words, &key)).await?;
        let kdf = serde_json::to_string(&stretch)?;
        let meta = |keys: &Keys| {
            Ok(VaultMeta {
                profile: profile.clone(),
                kdf: Some(kdf),
                wrapped: Some(wrapped),
                proof: keys.make_proof(&profile)?,
            })
        };
        self.create(&root, VaultView::OpenByPassphrase, meta).await
    }

    /// Opens an existing store by passphrase.
    pub(crate) async fn open_with_passphrase(store: &Store, passphrase: &str) -> Result<Keys, VaultError> {
        let meta = store.vault_meta().await?.ok_or(VaultError::NotGenuine)?;
        let (Some(kdf), Some(wrapped)) = (meta.kdf, meta.wrapped) else { return Err(VaultError::NotGenuine) };
        let stretch: Stretch = serde_json::from_str(&kdf)?;
        let words = Zeroizing::new(passphrase.to_owned());
        let root = blocking(move || passphrase::unwrap(&stretch, &words, &wrapped)).await?;
        let keys = Keys::derive(&root)?;
        if keys.fits(&meta.profile, &meta.proof) { Ok(keys) } else { Err(VaultError::NotGenuine) }
    }

    /// A store and keys that live as long as the process.
    pub(crate) async fn in_memory(clock: &dyn Clock) -> Result<(Store, Keys), VaultError> {
        let keys = Keys::derive(random_key()?.as_slice())?;
        let store = Store::in_memory().await?;
        let profile = random_profile()?;
        let meta = VaultMeta { proof: keys.make_proof(&profile)?, profile, kdf: None, wrapped: None };
        store.begin_vault(&meta, clock.now()).await?;
        Ok((store, keys))
    }
}

/// Name of the root key in the keychain.
pub(crate) fn account(profile: &str) -> String {
    format!("root-key-{profile}")
}

fn random_profile() -> Result<String, VaultError> {
    let mut bytes = [0u8; KEY_BYTES / 2];
    getrandom::fill(&mut bytes)?;
    Ok(hex::encode(bytes))
}

/// Wraps the root key under a new code.
pub(crate) async fn escrow(
    code: RecoveryCode,
    root: Zeroizing<Vec<u8>>,
    now: Timestamp,
) -> Result<(RecoveryCode, Escrow), VaultError> {
    blocking(move || {
        let escrow = Escrow::make(&code, &root, now)?;
        Ok((code, escrow))
    })
    .await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, VaultError> + Send + 'static,
) -> Result<T, VaultError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| VaultError::NotGenuine)?
}

/// Removes store and sealed files of a profile.
pub(crate) fn erase_profile(dir: &Path) -> Result<(), StoreError> {
    let gone = |result: std::io::Result<()>| match result {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(StoreError::from(error)),
        _ => Ok(()),
    };
    gone(std::fs::remove_dir_all(dir.join(FILES_DIR)))?;
    let Ok(entries) = std::fs::read_dir(dir) else { return Ok(()) };
    for entry in entries.flatten() {
        // Copies made before an upgrade, write-ahead log and shared memory all begin with the store's name.
        if entry.file_name().to_string_lossy().starts_with("store.") {
            gone(std::fs::remove_file(entry.path()))?;
        }
    }
    Ok(())
}

/// Makes a folder only this user can enter.
pub(crate) fn create_private_dir(dir: &Path) -> Result<(), StoreError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(StoreError::from)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o700)).map_err(StoreError::from)?;
    }
    Ok(())
}
