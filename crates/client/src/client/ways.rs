//! The other ways into a vault, and the two ways to a new one: setting a damaged one aside, erasing.

use std::sync::Arc;

use haoban_wire::{
    ProblemCode,
    ui::{ClientEvent, VaultUnlock, VaultView},
};

use super::{Client, Storage};
use crate::{
    ClientError, salvage,
    store::{SealedFiles, StoreError},
    vault::{
        RecoveryCode, VaultError,
        opening::{self, Opened, Profile, account, next_account, store_path},
        profile_files::{erase_profile, set_aside, set_aside_stores},
    },
};

impl Client {
    /// Opens the vault another way; nothing happens when it is open already.
    pub async fn unlock(&self, way: VaultUnlock) -> Result<VaultView, ClientError> {
        let _one_at_a_time = self.inner.unlocking.lock().await;
        if !self.vault().is_open() {
            match way {
                VaultUnlock::Retry => {
                    // The store of the failed try must be closed before it is opened anew.
                    let before = std::mem::take(&mut *self.inner.storage.write());
                    if let Some(store) = before.store {
                        store.close().await;
                    }
                    self.inner.ports.keychain.unlock().await;
                    let opened = self.profile().open().await;
                    self.adopt(opened).await;
                }
                VaultUnlock::Passphrase { passphrase } => self.unlock_by_passphrase(&passphrase).await?,
                VaultUnlock::RecoveryCode { code } => self.unlock_by_recovery_code(&code).await?,
                VaultUnlock::SignIn => self.unlock_by_sign_in().await?,
                VaultUnlock::MemoryOnly => self.unlock_in_memory().await?,
            }
        }
        Ok(self.vault().view())
    }

    async fn unlock_by_passphrase(&self, passphrase: &str) -> Result<(), ClientError> {
        match self.vault().view() {
            VaultView::PassphraseNeeded => match Profile::open_with_passphrase(&self.store()?, passphrase).await {
                Ok(keys) => self.now_open(keys, VaultView::OpenByPassphrase).await,
                Err(error) => self.not_opened(error).await?,
            },
            VaultView::NoKeychain => {
                let opened = self.profile().begin_with_passphrase(passphrase).await?;
                self.adopt(opened).await;
            }
            other => return Err(VaultError::Closed(other).into()),
        }
        Ok(())
    }

    async fn unlock_by_recovery_code(&self, typed: &str) -> Result<(), ClientError> {
        let view = self.vault().view();
        if view != VaultView::KeyMissing {
            return Err(VaultError::Closed(view).into());
        }
        let recovery = &self.inner.recovery;
        recovery.may_try(self.now())?;
        let code = RecoveryCode::parse(typed).map_err(VaultError::from)?;
        match self.profile().recover(&self.store()?, code).await {
            Ok(keys) => {
                recovery.was_right();
                self.now_open(keys, VaultView::Open).await;
                Ok(())
            }
            Err(error) => {
                if matches!(error, VaultError::WrongRecoveryCode) {
                    recovery.was_wrong(self.now());
                }
                self.not_opened(error).await
            }
        }
    }

    /// The key is right but the store is not: that is told by the view, everything else by the error.
    pub(super) async fn not_opened(&self, error: VaultError) -> Result<(), ClientError> {
        let VaultError::Store(StoreError::Damaged(_)) = &error else { return Err(error.into()) };
        tracing::error!(%error, "the profile cannot be opened");
        self.adopt(Opened { view: VaultView::Damaged, keys: None, store: None }).await;
        self.emit(ClientEvent::VaultChanged {});
        Ok(())
    }

    /// A new recovery code to be written down, and which of its groups (from 1) will be asked for.
    /// It holds once [`Self::confirm_recovery_code`] was passed; until then the one before it holds.
    pub async fn show_recovery_code(&self) -> Result<(Vec<String>, usize), ClientError> {
        let view = self.vault().view();
        if view != VaultView::Open {
            return Err(VaultError::NoRecoveryCode.into());
        }
        let root = self.profile().root(&self.store()?).await?;
        let (code, escrow) = opening::escrow(RecoveryCode::fresh()?, root, self.now()).await?;
        let groups = code.groups();
        let shown = groups.iter().map(|group| group.to_string()).collect();
        let ask = self.inner.recovery.show(groups, escrow)?;
        Ok((shown, ask))
    }

    /// Puts the code that is being shown in force, if the group asked for was written down rightly.
    pub async fn confirm_recovery_code(&self, typed: &str) -> Result<(), ClientError> {
        let escrow = self.inner.recovery.confirmed(typed)?;
        self.store()?.put_escrow(&escrow).await?;
        self.inner.recovery.forget();
        self.emit(ClientEvent::VaultChanged {});
        Ok(())
    }

    async fn unlock_in_memory(&self) -> Result<(), ClientError> {
        let (store, keys) = Profile::in_memory(&*self.inner.ports.clock).await?;
        let before = std::mem::replace(
            &mut *self.inner.storage.write(),
            Storage { store: Some(store), files: Some(SealedFiles::Memory(Arc::default())) },
        );
        if let Some(store) = before.store {
            store.close().await;
        }
        self.now_open(keys, VaultView::MemoryOnly).await;
        Ok(())
    }

    /// Sets a damaged store aside, unchanged, and opens a fresh profile. Its key stays, so that it can still be read.
    pub async fn begin_anew(&self) -> Result<VaultView, ClientError> {
        let _one_at_a_time = self.inner.unlocking.lock().await;
        if self.vault().view() != VaultView::Damaged {
            return Err(ProblemCode::NotAllowedNow.into());
        }
        set_aside(&self.inner.config.profile_dir, self.now())?;
        let opened = self.profile().open().await;
        self.adopt(opened).await;
        self.emit(ClientEvent::VaultChanged {});
        Ok(self.vault().view())
    }

    /// Erases everything of this app on this device: key, store, files. Then opens a fresh profile.
    pub async fn erase(&self) -> Result<VaultView, ClientError> {
        let _one_at_a_time = self.inner.unlocking.lock().await;
        self.inner.outbox.hold().await;
        let storage = std::mem::take(&mut *self.inner.storage.write());
        let dir = &self.inner.config.profile_dir;
        let mut profiles = salvage::profiles(set_aside_stores(dir)).await;
        match &storage.store {
            Some(store) => profiles.extend(store.vault_meta().await.ok().flatten().map(|meta| meta.profile)),
            None => profiles.extend(salvage::profiles(vec![store_path(dir)]).await),
        }
        self.inner.vault.set_closed(VaultView::KeyMissing);
        self.inner.drafts.forget();
        self.inner.tables.forget();
        self.inner.recovery.forget();
        self.inner.autosave.close().await;
        if let Some(store) = storage.store {
            store.close().await;
        }
        erase_profile(dir)?;
        // The key goes last: with it gone first, a failure in between would leave a store nobody can open.
        for profile in profiles {
            for account in [account(&profile), next_account(&profile)] {
                if let Err(error) = self.inner.ports.keychain.delete(&account).await {
                    tracing::warn!(%error, "the key of an erased profile could not be deleted; it opens nothing any more");
                }
            }
        }
        let opened = self.profile().open().await;
        self.adopt(opened).await;
        self.emit(ClientEvent::VaultChanged {});
        Ok(self.vault().view())
    }
}
