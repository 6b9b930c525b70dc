//! The resident (or the core, after a recovery) replaces the root key.

use std::sync::atomic::{AtomicU64, Ordering};

use haoban_wire::{
    ProblemCode,
    ui::{ClientEvent, VaultView},
};

use super::Client;
use crate::{ClientError, drafts::autosave, vault::Rotation};

/// Screens hear of so many steps at most.
const STEPS: u64 = 50;

impl Client {
    /// Replaces the root key and answers whether it was; false when it was stopped in time. Everything waits meanwhile.
    pub async fn change_key(&self) -> Result<bool, ClientError> {
        let _one_at_a_time = self.inner.unlocking.lock().await;
        if self.vault().view() != VaultView::Open {
            return Err(ProblemCode::NotAllowedNow.into());
        }
        self.profile().place_for_key().await?;
        let stop = self.cancelled().child_token();
        *self.inner.rotating.lock() = stop.clone();
        self.inner.outbox.hold().await;
        self.inner.services.pause(self).await;
        if let Err(error) = autosave::fold(self).await {
            self.resume().await;
            return Err(error);
        }
        // Closed for everyone else: nothing may be sealed under the old key from here on.
        self.inner.autosave.close().await;
        self.inner.recovery.forget();
        let before = std::mem::take(&mut *self.inner.storage.write());
        self.inner.vault.set_closed(VaultView::Rotating { done: 0, total: 0 });
        self.emit(ClientEvent::VaultChanged {});
        if let Some(store) = before.store {
            store.close().await;
        }
        let told = AtomicU64::new(0);
        let tell = |done: u64, total: u64| {
            let step = done * STEPS / total.max(1);
            if told.swap(step, Ordering::Relaxed) != step {
                let count = |number: u64| number.try_into().unwrap_or(u32::MAX);
                self.inner.vault.set_closed(VaultView::Rotating { done: count(done), total: count(total) });
                self.emit(ClientEvent::VaultChanged {});
            }
        };
        let outcome = Rotation { profile: &self.profile(), stop: &stop, tell: &tell }.run().await;
        // Opening finishes the change or takes it back, as it would after the end of this process.
        let opened = self.profile().open().await;
        self.adopt(opened).await;
        self.resume().await;
        self.emit(ClientEvent::VaultChanged {});
        match outcome {
            Ok(()) => Ok(true),
            Err(ClientError::Vault(crate::vault::VaultError::Stopped)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Stops a running change of the key, if the new one is not in force yet.
    pub fn stop_changing_key(&self) {
        self.inner.rotating.lock().cancel();
    }
}
