//! Wakes the streams of a party in this process. Streams of other processes look at the table by themselves.

use std::collections::HashMap;

use haoban_domain::ids::PartyId;
use parking_lot::Mutex;
use tokio::sync::watch;

/// Wakes the streams of parties after a commit.
#[derive(Debug, Default)]
pub struct Hub(Mutex<HashMap<PartyId, watch::Sender<()>>>);

impl Hub {
    /// Tells the streams of a party to look again. Call it after the commit.
    pub fn wake(&self, party: PartyId) {
        let mut listeners = self.0.lock();
        if let Some(sender) = listeners.get(&party)
            && sender.send(()).is_err()
        {
            listeners.remove(&party);
        }
    }

    /// Parties whose apps listen now.
    pub fn listening(&self) -> Vec<PartyId> {
        let mut listeners = self.0.lock();
        listeners.retain(|_, sender| sender.receiver_count() > 0);
        listeners.keys().copied().collect()
    }

    /// Listens for wake-ups of a party.
    pub fn listen(&self, party: PartyId) -> watch::Receiver<()> {
        self.0.lock().entry(party).or_insert_with(|| watch::channel(()).0).subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_party_is_woken_and_the_last_listener_is_forgotten() {
        let hub = Hub::default();
        let (one, other) = (PartyId::new(1, [1; 10]), PartyId::new(1, [2; 10]));
        let (mut first, second) = (hub.listen(one), hub.listen(other));
        hub.wake(one);
        assert!(first.has_changed().unwrap());
        assert!(!second.has_changed().unwrap());
        first.mark_unchanged();
        drop(first);
        hub.wake(one);
        assert_eq!(hub.0.lock().len(), 1);
    }
}
