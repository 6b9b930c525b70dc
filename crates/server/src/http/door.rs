//! How many requests are worked on at a time. Whoever comes when the house is full waits a moment outside and is then
//! told to come back, so that those inside are answered soon and nobody waits for nothing.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use haoban_wire::{Problem, ProblemCode};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{AppState, Error, ports::random_bytes};

/// For each place inside, so many may wait outside.
const WAITING_PER_PLACE: usize = 4;
/// Shortest time until somebody who was sent away should come back, and what is added by chance: not all at once.
const COME_BACK_MS: u64 = 1_000;
const SPREAD_MS: u64 = 3_000;

/// The door.
#[derive(Debug, Clone)]
pub struct Door {
    places: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    most_waiting: usize,
    patience: Duration,
}

/// Somebody waits; no longer when dropped, also when the caller hangs up.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Door {
    /// With so many places inside, and patience for a wait outside.
    #[must_use]
    pub fn new(places: usize, patience: Duration) -> Self {
        Self {
            places: Arc::new(Semaphore::new(places)),
            waiting: Arc::default(),
            most_waiting: places.saturating_mul(WAITING_PER_PLACE),
            patience,
        }
    }

    async fn enter(&self) -> Option<OwnedSemaphorePermit> {
        if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            return Some(place);
        }
        let before = self.waiting.fetch_add(1, Ordering::SeqCst);
        let _counted = Waiting(&self.waiting);
        if before >= self.most_waiting {
            return None;
        }
        let place = tokio::time::timeout(self.patience, Arc::clone(&self.places).acquire_owned());
        place.await.ok().and_then(Result::ok)
    }
}

/// The layer. Health is asked most when there is trouble, and an upload takes as long as its line: both pass by.
pub async fn through(State((door, state)): State<(Door, AppState)>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path == "/health" || path.starts_with("/v1/uploads") {
        return next.run(request).await;
    }
    match door.enter().await {
        Some(_place) => next.run(request).await,
        None => {
            let wait = COME_BACK_MS + u64::from(u16::from_le_bytes(random_bytes(&*state.random))) % SPREAD_MS;
            Error::from(Problem { retry_after_ms: Some(wait), ..ProblemCode::Unavailable.into() }).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_full_house_lets_some_wait_and_sends_the_others_away() {
        let door = Door::new(1, Duration::from_millis(1_500));
        let inside = door.enter().await.unwrap();
        let outside: Vec<_> = (0..WAITING_PER_PLACE)
            .map(|_| {
                let door = door.clone();
                tokio::spawn(async move { door.enter().await.is_some() })
            })
            .collect();
        tokio::task::yield_now().await;
        let began = tokio::time::Instant::now();
        assert!(door.enter().await.is_none(), "no room to wait either");
        assert_eq!(began.elapsed(), Duration::ZERO, "and told at once");
        drop(inside);
        for one in outside {
            assert!(one.await.unwrap(), "each got in after the one before");
        }
        assert_eq!(door.waiting.load(Ordering::SeqCst), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_longer_than_the_patience() {
        let door = Door::new(1, Duration::from_millis(1_500));
        let _inside = door.enter().await.unwrap();
        let began = tokio::time::Instant::now();
        assert!(door.enter().await.is_none());
        assert_eq!(began.elapsed(), Duration::from_millis(1_500));
        assert_eq!(door.waiting.load(Ordering::SeqCst), 0);
    }
}
