//! Rows of `job`.

use haoban_domain::time::Timestamp;
use sqlx::{AssertSqlSafe, Row as _};

use super::JobKind;
use crate::{
    Result,
    store::{Store, Write},
};

/// How long a worker may be busy with one job.
const LEASE_MS: i64 = 120_000;

/// A job in hand.
#[derive(Debug)]
pub(super) struct Taken {
    pub id: String,
    pub kind: String,
    pub subject: String,
    pub attempts: i64,
}

/// Puts work for a time. The same kind and subject is one job; the later word about its time counts.
pub async fn put(tx: &mut Write, kind: JobKind, subject: &str, run_at: Timestamp) -> Result<()> {
    sqlx::query(
        "INSERT INTO job (id, kind, subject, run_at, attempts, dead) VALUES ($1, $2, $3, $4, 0, 0) \
         ON CONFLICT (kind, subject) DO UPDATE SET run_at = excluded.run_at, attempts = 0, dead = 0",
    )
    .bind(format!("{}:{subject}", kind.as_str()))
    .bind(kind.as_str())
    .bind(subject.to_owned())
    .bind(run_at.millis())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Puts work unless it waits already.
pub(super) async fn put_if_absent(tx: &mut Write, kind: JobKind, subject: &str, run_at: Timestamp) -> Result<()> {
    sqlx::query(
        "INSERT INTO job (id, kind, subject, run_at, attempts, dead) VALUES ($1, $2, $3, $4, 0, 0) \
         ON CONFLICT (kind, subject) DO NOTHING",
    )
    .bind(format!("{}:{subject}", kind.as_str()))
    .bind(kind.as_str())
    .bind(subject.to_owned())
    .bind(run_at.millis())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Whether anything is due. Reads only, so that an idle worker never holds the writer.
pub(super) async fn anything_due(store: &Store, now: Timestamp) -> Result<bool> {
    let found = sqlx::query(
        "SELECT 1 FROM job WHERE dead = 0 AND run_at <= $1 AND (leased_until IS NULL OR leased_until <= $1) LIMIT 1",
    )
    .bind(now.millis())
    .fetch_optional(store.reader())
    .await?;
    Ok(found.is_some())
}

/// Leases the job that has been due for longest.
pub(super) async fn take(tx: &mut Write, now: Timestamp) -> Result<Option<Taken>> {
    let sql = format!(
        "UPDATE job SET leased_until = $1, attempts = attempts + 1 WHERE id = (SELECT id FROM job WHERE dead = 0 \
         AND run_at <= $2 AND (leased_until IS NULL OR leased_until <= $2) ORDER BY run_at, id LIMIT 1{}) \
         RETURNING id, kind, subject, attempts",
        tx.dialect().skip_locked()
    );
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(now.millis() + LEASE_MS)
        .bind(now.millis())
        .fetch_optional(&mut **tx)
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Taken {
        id: row.try_get("id")?,
        kind: row.try_get("kind")?,
        subject: row.try_get("subject")?,
        attempts: row.try_get("attempts")?,
    }))
}

/// The job is done with, unless the work itself put it again for later.
pub(super) async fn finish(tx: &mut Write, id: &str, began: Timestamp) -> Result<()> {
    sqlx::query("DELETE FROM job WHERE id = $1 AND run_at <= $2")
        .bind(id.to_owned())
        .bind(began.millis())
        .execute(&mut **tx)
        .await?;
    sqlx::query("UPDATE job SET leased_until = NULL WHERE id = $1").bind(id.to_owned()).execute(&mut **tx).await?;
    Ok(())
}

/// The job comes again.
pub(super) async fn postpone(tx: &mut Write, id: &str, to: Timestamp, failed_with: Option<&str>) -> Result<()> {
    sqlx::query(
        "UPDATE job SET run_at = $1, leased_until = NULL, failed_with = $2, \
         attempts = CASE WHEN $2 IS NULL THEN 0 ELSE attempts END WHERE id = $3",
    )
    .bind(to.millis())
    .bind(failed_with.map(str::to_owned))
    .bind(id.to_owned())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The job has failed too often; a person must look.
pub(super) async fn bury(tx: &mut Write, id: &str, failed_with: &str) -> Result<()> {
    sqlx::query("UPDATE job SET dead = 1, leased_until = NULL, failed_with = $1 WHERE id = $2")
        .bind(failed_with.to_owned())
        .bind(id.to_owned())
        .execute(&mut **tx)
        .await?;
    Ok(())
}
