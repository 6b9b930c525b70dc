//! Another root key for a profile. At every cut the whole profile opens: under the old key before the one transaction
//! that re-seals all rows, under the new one after it.
//!
//! 1. A marker beside the store says that a change has begun.
//! 2. The new key lies in the keychain under a name of its own.
//! 3. Every sealed file is sealed anew beside itself (`<name>.next`).
//! 4. One transaction seals every row anew and replaces the proof: from here on the new key is in force.
//! 5. Opening the profile finishes it: the new files take the places of the old ones, the key takes the old one's place.
//!
//! Cut off before 4, opening takes back 1 to 3; after 4, it does 5, as often as needed.

use std::{path::Path, sync::Arc};

use tokio_util::sync::CancellationToken;

use super::{
    Keys, VaultError,
    keys::{Key, random_key},
    opening::{FILES_DIR, Profile, account, next_account, store_path},
};
use crate::{
    ClientError,
    drafts::autosave::LOG_FILE,
    store::{SealedFiles, Store, StoreError, VaultMeta, sealed_log::SealedLog},
};

/// Says that a change of the key has begun; named like the store, so that it is erased with it.
const MARKER: &str = "store.rotating";
/// What else beside the store was sealed under the old key, and has no use without it.
const OLD_COPIES: [&str; 2] = ["store.schema-", "store.autosave.damaged-"];

/// A change of the root key.
pub(crate) struct Rotation<'a> {
    pub(crate) profile: &'a Profile<'a>,
    /// Stops it, as long as the new key is not in force.
    pub(crate) stop: &'a CancellationToken,
    /// Hears how many of how many things are sealed anew.
    pub(crate) tell: &'a (dyn Fn(u64, u64) + Send + Sync),
}

impl Rotation<'_> {
    /// Goes as far as the commit. The profile must be closed, and must be opened again whatever comes of this.
    pub(crate) async fn run(&self) -> Result<(), ClientError> {
        let store = Store::open(&store_path(self.profile.dir)).await?;
        let outcome = self.reseal(&store).await;
        store.close().await;
        outcome
    }

    async fn reseal(&self, store: &Store) -> Result<(), ClientError> {
        let meta = store.vault_meta().await?.ok_or(VaultError::NotGenuine)?;
        let root = self.profile.root(store).await?;
        let old = Arc::new(Keys::of(&meta, &root)?.ok_or(VaultError::NotGenuine)?);
        drop(root);
        // Held until the end: a save of another process would be sealed under the old key.
        let Some(mut log) = SealedLog::open(&self.profile.dir.join(LOG_FILE))? else {
            return Err(VaultError::InUse.into());
        };
        let next = random_key()?;
        let new = Arc::new(Keys::derive(next.as_slice())?.with_index_of(&old));
        mark(self.profile.dir)?;
        haoban_failpoints::reach("rotate-marked");
        self.profile.keep(&next_account(&meta.profile), &next).await?;
        drop(next);
        haoban_failpoints::reach("rotate-key-kept");
        self.files_and_rows(store, &meta, &old, &new, &mut log).await
    }

    async fn files_and_rows(
        &self,
        store: &Store,
        meta: &VaultMeta,
        old: &Arc<Keys>,
        new: &Arc<Keys>,
        log: &mut SealedLog,
    ) -> Result<(), ClientError> {
        let files = SealedFiles::Folder(self.profile.dir.join(FILES_DIR));
        let names = files.whole();
        let total = names.len() as u64 + store.sealed_rows().await?;
        let mut done = 0;
        for name in &names {
            self.may_go_on()?;
            match files.seal_beside(old.clone(), new.clone(), name).await {
                // Nobody can read it under any key: it stays as it is and keeps nothing from being sealed anew.
                Err(ClientError::Vault(VaultError::NotGenuine)) => {
                    tracing::warn!("a sealed file is not genuine and stays as it is");
                }
                other => other?,
            }
            haoban_failpoints::reach("rotate-file-sealed");
            done += 1;
            (self.tell)(done, total);
        }
        // Its records are in the tables. Emptied for good, or a power cut would bring them back under a key that is gone.
        log.clear()?;
        log.handle()?.sync_all().map_err(StoreError::from)?;
        let each = || -> Result<(), VaultError> {
            self.may_go_on()?;
            done += 1;
            (self.tell)(done, total);
            Ok(())
        };
        Ok(store.reseal(meta, old, new, each).await?)
    }

    fn may_go_on(&self) -> Result<(), VaultError> {
        if self.stop.is_cancelled() { Err(VaultError::Stopped) } else { Ok(()) }
    }
}

fn mark(dir: &Path) -> Result<(), StoreError> {
    let file = std::fs::File::create(dir.join(MARKER))?;
    file.sync_all()?;
    #[cfg(unix)]
    std::fs::File::open(dir)?.sync_all()?;
    Ok(())
}

/// Whether a change of the key was begun and not finished.
pub(super) fn begun(dir: &Path) -> bool {
    dir.join(MARKER).exists()
}

impl Profile<'_> {
    /// The old key is in force, or the change is finished but for its traces: takes back what a cut-off change left.
    pub(super) async fn take_rotation_back(&self, meta: &VaultMeta) -> Result<(), VaultError> {
        SealedFiles::Folder(self.dir.join(FILES_DIR)).drop_beside()?;
        self.end_rotation(meta).await
    }

    /// The new key is in force: puts files and key into their places. Does nothing twice.
    pub(super) async fn finish_rotation(&self, meta: &VaultMeta) -> Result<Option<Keys>, VaultError> {
        let Some(root) = self.keychain.load(&next_account(&meta.profile)).await? else { return Ok(None) };
        let Some(keys) = Keys::of(meta, &root)? else { return Ok(None) };
        SealedFiles::Folder(self.dir.join(FILES_DIR)).move_in()?;
        haoban_failpoints::reach("rotate-files-moved");
        for entry in std::fs::read_dir(self.dir).map_err(StoreError::from)?.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if OLD_COPIES.iter().any(|prefix| name.starts_with(prefix)) {
                std::fs::remove_file(entry.path()).map_err(StoreError::from)?;
            }
        }
        let root: Key = zeroize::Zeroizing::new(root.as_slice().try_into().map_err(|_| VaultError::NotGenuine)?);
        self.keep(&account(&meta.profile), &root).await?;
        haoban_failpoints::reach("rotate-key-moved");
        self.end_rotation(meta).await?;
        Ok(Some(keys))
    }

    async fn end_rotation(&self, meta: &VaultMeta) -> Result<(), VaultError> {
        self.keychain.delete(&next_account(&meta.profile)).await?;
        haoban_failpoints::reach("rotate-next-deleted");
        std::fs::remove_file(self.dir.join(MARKER)).map_err(StoreError::from)?;
        Ok(())
    }
}
