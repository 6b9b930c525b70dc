//! Whether the platform answers. Learned from real calls, never from the operating system's opinion.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use haoban_domain::time::Timestamp;
use tokio::sync::watch;

use crate::ports::Clock;

/// What the last calls said. Starts hopeful: nothing has failed yet.
pub(crate) struct Connectivity {
    clock: Arc<dyn Clock>,
    online: watch::Sender<bool>,
    last_millis: AtomicI64,
}

/// Stands for "never answered".
const NEVER: i64 = i64::MIN;

impl Connectivity {
    /// Nothing known yet.
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, online: watch::Sender::new(true), last_millis: AtomicI64::new(NEVER) }
    }

    /// Notes what a call saw; those who watch hear only of changes.
    pub(crate) fn report(&self, online: bool) {
        if online {
            self.last_millis.store(self.clock.now().millis(), Ordering::Relaxed);
        }
        self.online.send_if_modified(|known| std::mem::replace(known, online) != online);
    }

    /// Whether the platform answered last time.
    pub(crate) fn online(&self) -> bool {
        *self.online.borrow()
    }

    /// When it last answered in this run.
    pub(crate) fn last_online(&self) -> Option<Timestamp> {
        let millis = self.last_millis.load(Ordering::Relaxed);
        (millis != NEVER).then(|| Timestamp::from_millis(millis))
    }

    /// Hears of every change.
    pub(crate) fn watch(&self) -> watch::Receiver<bool> {
        self.online.subscribe()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A clock that stands until it is moved.
    #[derive(Default)]
    pub(crate) struct FixedClock(pub(crate) AtomicI64);

    impl Clock for FixedClock {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(self.0.load(Ordering::SeqCst))
        }
    }

    #[test]
    fn only_changes_are_told_and_the_last_answer_is_remembered() {
        let clock = Arc::new(FixedClock::default());
        let connectivity = Connectivity::new(clock.clone());
        let mut told = connectivity.watch();
        assert!(connectivity.online());
        assert_eq!(connectivity.last_online(), None);

        clock.0.store(5_000, Ordering::SeqCst);
        connectivity.report(true);
        assert!(!told.has_changed().unwrap());
        assert_eq!(connectivity.last_online(), Some(Timestamp::from_millis(5_000)));

        clock.0.store(9_000, Ordering::SeqCst);
        connectivity.report(false);
        assert!(told.has_changed().unwrap());
        assert!(!*told.borrow_and_update());
        connectivity.report(false);
        assert!(!told.has_changed().unwrap());
        assert_eq!(connectivity.last_online(), Some(Timestamp::from_millis(5_000)));
    }
}
