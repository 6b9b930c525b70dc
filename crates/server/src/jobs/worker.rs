//! The worker: one job after the other until nothing is due.

use std::time::Duration;

use haoban_domain::time::Timestamp;
use tokio_util::sync::CancellationToken;

use super::{
    JobKind,
    rows::{self, Taken},
};
use crate::{AppState, Result};

/// An idle worker looks this often.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// After so many failures a person must look.
const MOST_ATTEMPTS: i64 = 12;
/// First pause after a failure; doubled each time up to an hour.
const FIRST_PAUSE_MS: i64 = 5_000;

/// How a piece of work ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing is left to do.
    Done,
    /// To be done again at that time.
    Again(Timestamp),
}

/// Puts the jobs that come again by themselves, unless they wait already.
pub async fn begin(state: &AppState) -> Result<()> {
    let mut tx = state.store.write().await?;
    for kind in JobKind::RECURRING {
        rows::put_if_absent(&mut tx, kind, "all", state.clock.now()).await?;
    }
    tx.commit().await
}

/// Works until the token is cancelled; the step in hand is finished first.
pub async fn run(state: AppState, stop: CancellationToken) -> Result<()> {
    begin(&state).await?;
    while !stop.is_cancelled() {
        if let Err(error) = run_due_once(&state).await {
            tracing::error!(%error, "the worker could not take a job");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
    Ok(())
}

/// Does everything that is due now, each job once. Gives how many were taken.
pub async fn run_due_once(state: &AppState) -> Result<usize> {
    let began = state.clock.now();
    let mut taken = 0;
    while rows::anything_due(&state.store, began).await? {
        let mut tx = state.store.write().await?;
        let job = rows::take(&mut tx, began).await?;
        tx.commit().await?;
        let Some(job) = job else { break };
        work(state, &job, began).await?;
        taken += 1;
    }
    Ok(taken)
}

async fn work(state: &AppState, job: &Taken, began: Timestamp) -> Result<()> {
    // Work tells the outside: nothing of what it rests on may be undone afterwards.
    state.store.settled().await?;
    let result = match JobKind::parse(&job.kind) {
        Some(kind) => kind.work(state, &job.subject).await,
        // A newer binary put it; leave it to that one.
        None => Ok(Outcome::Again(began.plus_millis(60_000))),
    };
    let mut tx = state.store.write().await?;
    match result {
        Ok(Outcome::Done) => rows::finish(&mut tx, &job.id, began).await?,
        Ok(Outcome::Again(at)) => rows::postpone(&mut tx, &job.id, at, None).await?,
        Err(error) => {
            let words = error.to_string();
            tracing::error!(job = %job.id, attempts = job.attempts, error = %words, "a job failed");
            if job.attempts >= MOST_ATTEMPTS {
                rows::bury(&mut tx, &job.id, &words).await?;
            } else {
                rows::postpone(&mut tx, &job.id, began.plus_millis(pause(job.attempts)), Some(&words)).await?;
            }
        }
    }
    tx.commit().await
}

fn pause(attempts: i64) -> i64 {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(10);
    (FIRST_PAUSE_MS << doublings).min(3_600_000)
}

#[cfg(test)]
mod tests {
    use super::pause;

    #[test]
    fn pauses_double_up_to_an_hour() {
        assert_eq!([pause(1), pause(2), pause(3)], [5_000, 10_000, 20_000]);
        assert_eq!(pause(12), 3_600_000);
        assert_eq!(pause(400), 3_600_000);
    }
}
