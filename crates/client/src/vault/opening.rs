//! How a profile is opened: which key, which store, and when nothing may be touched.

use std::path::{Path, PathBuf};

use haoban_domain::time::Timestamp;
use haoban_wire::{ProblemCode, ui::VaultView};
use zeroize::Zeroizing;

use super::{
    Escrow, Keys, RecoveryCode, VaultError,
    keys::{KEY_BYTES, Key, random_key},
    passphrase,
    profile_files::create_private_dir,
    rotation,
    stretch::Stretch,
};
use crate::{
    error::store_code,
    ports::{Clock, Keychain, KeychainError, KeychainStatus},
    store::{self, Store, StoreError, VaultMeta},
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
    /// Opens with the keychain, or says why not. Creates only where nothing was before.
    pub(crate) async fn open(&self) -> Opened {
        match self.open_inner().await {
            Ok(opened) => opened,
            Err(error) => {
                tracing::error!(%error, "the profile cannot be opened");
                if let VaultError::Store(StoreError::Damaged(_)) = error {
                    return Opened::closed(VaultView::Damaged, None);
                }
                Opened::unreadable(match error {
                    VaultError::Store(error) => store_code(&error),
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
                store.close().await;
                Err(StoreError::Damaged("the vault's own row is gone".to_owned()).into())
            };
        };
        if meta.kdf.is_some() {
            return Ok(Opened::closed(VaultView::PassphraseNeeded, Some(store)));
        }
        self.with_keychain(store, &meta).await
    }

    async fn existing_store(&self) -> Result<Option<Store>, VaultError> {
        let path = store_path(self.dir);
        if tokio::fs::metadata(&path).await.is_ok_and(|file| file.len() > 0) {
            return Ok(Some(Store::open(&path).await?));
        }
        if store::was_used(&path) {
            return Err(StoreError::Damaged("its file is gone".to_owned()).into());
        }
        Ok(None)
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
        let fits = key.and_then(|root| Keys::of(meta, &root).ok().flatten());
        let keys = match fits {
            Some(keys) => {
                if rotation::begun(self.dir) {
                    self.take_rotation_back(meta).await?;
                }
                Some(keys)
            }
            None if rotation::begun(self.dir) => self.finish_rotation(meta).await?,
            None => None,
        };
        match keys {
            Some(keys) => {
                let (keys, store) = verified(keys, store).await?;
                Ok(Opened { view: VaultView::Open, keys: Some(keys), store: Some(store) })
            }
            None => Ok(Opened::closed(VaultView::KeyMissing, Some(store))),
        }
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
            Ok(VaultMeta {
                profile: profile.clone(),
                kdf: None,
                wrapped: None,
                proof: keys.make_proof(&profile)?,
                index: None,
            })
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
        self.place_for_key().await?;
        let escrow = store.escrow().await?.ok_or(VaultError::NoRecoveryCode)?;
        let root = by_recovery_code(escrow, code).await?;
        self.put_back(store, root).await
    }

    /// Whether a key could be put back into the keychain now.
    pub(crate) async fn place_for_key(&self) -> Result<(), VaultError> {
        match self.keychain.status().await {
            KeychainStatus::Ready => Ok(()),
            KeychainStatus::Locked => Err(KeychainError::Locked.into()),
            KeychainStatus::Unavailable => {
                Err(KeychainError::Unavailable("there is nowhere to put the key back".to_owned()).into())
            }
        }
    }

    /// Puts a root key that was lost back into the keychain, if it is this profile's. The store is only read.
    pub(crate) async fn put_back(&self, store: &Store, root: Zeroizing<Vec<u8>>) -> Result<Keys, VaultError> {
        let meta = store.vault_meta().await?.ok_or(VaultError::NotGenuine)?;
        let root: Key = Zeroizing::new(root.as_slice().try_into().map_err(|_| VaultError::NotGenuine)?);
        let keys = Keys::of(&meta, root.as_slice())?.ok_or(VaultError::NotGenuine)?;
        self.keep(&account(&meta.profile), &root).await?;
        store.verify(&keys).await?;
        Ok(keys)
    }

    /// Stores the key and looks whether it is really there: some back ends forget silently.
    pub(super) async fn keep(&self, account: &str, root: &Key) -> Result<(), VaultError> {
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
        let store = Store::open(&store_path(self.dir)).await?;
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
                index: None,
            })
        };
        self.create(&root, VaultView::OpenByPassphrase, meta).await
    }

    /// Opens an existing store by passphrase.
    pub(crate) async fn open_with_passphrase(store: &Store, passphrase: &str) -> Result<Keys, VaultError> {
        let meta = store.vault_meta().await?.ok_or(VaultError::NotGenuine)?;
        let (Some(kdf), Some(wrapped)) = (meta.kdf, meta.wrapped) else { return Err(VaultError::NotGenuine) };
        let keys = Keys::derive(&by_passphrase(&kdf, &wrapped, passphrase).await?)?;
        if !keys.fits(&meta.profile, &meta.proof) {
            return Err(VaultError::NotGenuine);
        }
        store.verify(&keys).await?;
        Ok(keys)
    }

    /// A store and keys that live as long as the process.
    pub(crate) async fn in_memory(clock: &dyn Clock) -> Result<(Store, Keys), VaultError> {
        let keys = Keys::derive(random_key()?.as_slice())?;
        let store = Store::in_memory().await?;
        let profile = random_profile()?;
        let meta = VaultMeta { proof: keys.make_proof(&profile)?, profile, kdf: None, wrapped: None, index: None };
        store.begin_vault(&meta, clock.now()).await?;
        Ok((store, keys))
    }
}

/// The store of a profile.
pub(crate) fn store_path(dir: &Path) -> PathBuf {
    dir.join(STORE_FILE)
}

/// Keys and store, once every sealed row was opened; a damaged store is closed.
async fn verified(keys: Keys, store: Store) -> Result<(Keys, Store), VaultError> {
    match store.verify(&keys).await {
        Ok(()) => Ok((keys, store)),
        Err(error) => {
            store.close().await;
            Err(error.into())
        }
    }
}

/// The root key from a passphrase.
pub(crate) async fn by_passphrase(kdf: &str, wrapped: &[u8], words: &str) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let stretch: Stretch = serde_json::from_str(kdf)?;
    let (words, wrapped) = (Zeroizing::new(words.to_owned()), wrapped.to_vec());
    blocking(move || passphrase::unwrap(&stretch, &words, &wrapped)).await
}

/// The root key from a recovery code.
pub(crate) async fn by_recovery_code(escrow: Escrow, code: RecoveryCode) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    blocking(move || escrow.open(&code)).await
}

/// Name of the root key in the keychain.
pub(crate) fn account(profile: &str) -> String {
    format!("root-key-{profile}")
}

/// Name of the key that will be the root key, while it is being changed.
pub(crate) fn next_account(profile: &str) -> String {
    format!("root-key-{profile}-next")
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
