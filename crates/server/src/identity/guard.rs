//! Lock-out after failed tries, kept for everything that is typed, whether or not it exists.
//!
//! A try is counted before it is judged, so that many at once cannot outrun the count.

use haoban_domain::time::Timestamp;
use sqlx::{AssertSqlSafe, Row};

use crate::{Result, store::Store};

/// Tries before a lock.
const TRIES: i64 = 6;
/// First lock; each further one is twice as long.
const FIRST_LOCK_MS: i64 = 15 * 60_000;
/// Longest lock.
const LONGEST_LOCK_MS: i64 = 24 * 3_600_000;
/// A quiet time after which everything is forgotten.
const FORGET_MS: i64 = 48 * 3_600_000;

/// What the guard says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// The try may be judged.
    Open,
    /// Locked until then.
    Locked(Timestamp),
}

/// Counts a try for a subject (a keyed digest of what was typed).
pub async fn try_once(store: &Store, subject: &[u8; 32], now: Timestamp) -> Result<Guard> {
    let mut tx = store.write().await?;
    sqlx::query(
        "INSERT INTO sign_in_guard (subject, failures, locks, locked_until, updated_at) VALUES ($1, 0, 0, 0, $2)
         ON CONFLICT (subject) DO NOTHING",
    )
    .bind(subject.to_vec())
    .bind(now.millis())
    .execute(&mut *tx)
    .await?;
    let sql = format!(
        "SELECT failures, locks, locked_until, updated_at FROM sign_in_guard WHERE subject = $1{}",
        tx.dialect().for_update()
    );
    let row = sqlx::query(AssertSqlSafe(sql)).bind(subject.to_vec()).fetch_one(&mut *tx).await?;
    let stale = row.try_get::<i64, _>("updated_at")? < now.millis() - FORGET_MS;
    let locks = if stale { 0 } else { row.try_get::<i64, _>("locks")? };
    let failures = if stale { 0 } else { row.try_get::<i64, _>("failures")? };
    let locked_until: i64 = row.try_get("locked_until")?;
    let (guard, failures, locks, until) = step(failures, locks, locked_until, now);
    sqlx::query(
        "UPDATE sign_in_guard SET failures = $2, locks = $3, locked_until = $4, updated_at = $5 WHERE subject = $1",
    )
    .bind(subject.to_vec())
    .bind(failures)
    .bind(locks)
    .bind(until)
    .bind(now.millis())
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(guard)
}

/// One try: guard, failures, locks, end of lock.
fn step(failures: i64, locks: i64, locked_until: i64, now: Timestamp) -> (Guard, i64, i64, i64) {
    if locked_until > now.millis() {
        return (Guard::Locked(Timestamp::from_millis(locked_until)), failures, locks, locked_until);
    }
    if failures + 1 < TRIES {
        return (Guard::Open, failures + 1, locks, 0);
    }
    // The last try is still judged; if it is wrong too, the lock stands already.
    let doubled = FIRST_LOCK_MS.saturating_mul(1_i64 << locks.clamp(0, 10));
    (Guard::Open, 0, locks + 1, now.millis() + doubled.min(LONGEST_LOCK_MS))
}

/// Forgets the subject's failures after a success.
pub async fn succeeded(store: &Store, subject: &[u8; 32]) -> Result<()> {
    let mut tx = store.write().await?;
    sqlx::query("DELETE FROM sign_in_guard WHERE subject = $1").bind(subject.to_vec()).execute(&mut *tx).await?;
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixth_try_locks_and_locks_grow_to_a_day() {
        let now = Timestamp::from_millis(1_000_000);
        let (mut failures, mut locks, mut until) = (0, 0, 0);
        for _ in 0..6 {
            let (guard, f, l, u) = step(failures, locks, until, now);
            assert_eq!(guard, Guard::Open);
            (failures, locks, until) = (f, l, u);
        }
        assert_eq!(until, now.millis() + FIRST_LOCK_MS);
        assert!(matches!(step(failures, locks, until, now).0, Guard::Locked(_)));
        assert_eq!(step(TRIES - 1, 1, 0, now).3, now.millis() + 2 * FIRST_LOCK_MS);
        assert_eq!(step(TRIES - 1, 40, 0, now).3, now.millis() + LONGEST_LOCK_MS);
    }

    #[test]
    fn after_the_lock_tries_are_open_again() {
        let now = Timestamp::from_millis(1_000_000);
        assert_eq!(step(0, 1, now.millis(), now).0, Guard::Open);
    }
}
