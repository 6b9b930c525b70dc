//! One writer per upload. A newcomer ends the one before it: after a lost connection the old request
//! may hang for minutes while the client is already back with the rest.

use std::{collections::HashMap, sync::Arc};

use haoban_domain::ids::UploadId;
use parking_lot::Mutex;
use tokio::sync::OwnedMutexGuard;
use tokio_util::sync::CancellationToken;

#[derive(Debug, Default)]
struct Lane {
    gate: Arc<tokio::sync::Mutex<()>>,
    holder: CancellationToken,
}

/// The lanes in use.
#[derive(Debug, Default)]
pub struct Lanes(Arc<Mutex<HashMap<UploadId, Lane>>>);

/// The right to touch one upload. Stop when `ended` is cancelled: somebody newer waits.
#[derive(Debug)]
pub struct Held {
    /// Cancelled when a newer request wants the upload.
    pub ended: CancellationToken,
    id: UploadId,
    lanes: Arc<Mutex<HashMap<UploadId, Lane>>>,
    _gate: OwnedMutexGuard<()>,
}

impl Lanes {
    /// Tells the present writer to stop, waits until it did, and takes its place.
    pub async fn enter(&self, id: UploadId) -> Held {
        let (gate, ended) = {
            let mut lanes = self.0.lock();
            let lane = lanes.entry(id).or_default();
            lane.holder.cancel();
            lane.holder = CancellationToken::new();
            (Arc::clone(&lane.gate), lane.holder.clone())
        };
        Held { ended, id, lanes: Arc::clone(&self.0), _gate: gate.lock_owned().await }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut lanes = self.lanes.lock();
        // Two owners are the map and this guard: nobody waits, so the lane can go.
        if lanes.get(&self.id).is_some_and(|lane| Arc::strong_count(&lane.gate) <= 2) {
            lanes.remove(&self.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_newcomer_ends_the_writer_before_it_and_nothing_is_left_behind() {
        let lanes = Lanes::default();
        let id = UploadId::new(1, [7; 10]);
        let first = lanes.enter(id).await;
        let second = lanes.enter(id);
        tokio::pin!(second);
        assert!(futures_util::poll!(&mut second).is_pending());
        assert!(first.ended.is_cancelled());
        drop(first);
        let second = second.await;
        assert!(!second.ended.is_cancelled());
        drop(second);
        assert!(lanes.0.lock().is_empty());
    }
}
