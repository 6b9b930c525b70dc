//! Idempotency keys: the same act sent again does nothing; another act under the same key is refused.
//! Rows are never removed: a phone may come back after weeks.

use axum::http::HeaderMap;
use haoban_domain::{receipt, time::Timestamp};
use haoban_wire::{Problem, ProblemCode, http::IDEMPOTENCY_KEY};
use serde::Serialize;
use sqlx::{AnyConnection, Row as _};

use crate::{AppState, Result, store::Write};

/// The key of a request.
pub(crate) fn key_of(head: &HeaderMap) -> Result<String> {
    let key = head.get(IDEMPOTENCY_KEY).and_then(|value| value.to_str().ok());
    let key = key.filter(|key| (8..=128).contains(&key.len()));
    key.map(str::to_owned).ok_or_else(|| Problem::new(ProblemCode::BadRequest).with("what", IDEMPOTENCY_KEY).into())
}

/// Digest of a body, the same for any order of its keys.
pub(super) fn body_digest(body: &impl Serialize) -> Result<String> {
    Ok(receipt::digest(receipt::canonical_json(&serde_json::to_value(body)?).as_bytes()))
}

/// The stored answer of a key, if this very act was done before.
pub(super) async fn answer_of(
    connection: &mut AnyConnection,
    scope: &str,
    key: &str,
    actor: &str,
    digest: &str,
) -> Result<Option<String>> {
    let row = sqlx::query("SELECT actor, body_sha256, answer FROM idempotency WHERE scope = $1 AND key = $2")
        .bind(scope.to_owned())
        .bind(key.to_owned())
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let same = row.try_get::<String, _>("actor")? == actor && row.try_get::<String, _>("body_sha256")? == digest;
    if !same {
        return Err(ProblemCode::KeyReused.into());
    }
    Ok(Some(row.try_get("answer")?))
}

/// Whether this act was done before.
pub(crate) async fn known(
    state: &AppState,
    scope: &str,
    key: &str,
    actor: &str,
    body: &impl Serialize,
) -> Result<bool> {
    let mut connection = state.store.reader().acquire().await?;
    let found = answer_of(&mut connection, scope, key, actor, &body_digest(body)?).await?;
    drop(connection);
    if found.is_some() {
        // Another process may have done it a moment ago.
        state.store.settled_by_all().await?;
    }
    Ok(found.is_some())
}

/// Takes a key within the transaction of its act. On Postgres a twin waits here until the first commits.
pub(super) async fn claim(
    tx: &mut Write,
    scope: &str,
    key: &str,
    actor: &str,
    digest: &str,
    now: Timestamp,
) -> Result<bool> {
    let done = sqlx::query(
        "INSERT INTO idempotency (scope, key, actor, body_sha256, answer, at) VALUES ($1, $2, $3, $4, '', $5) \
         ON CONFLICT (scope, key) DO NOTHING",
    )
    .bind(scope.to_owned())
    .bind(key.to_owned())
    .bind(actor.to_owned())
    .bind(digest.to_owned())
    .bind(now.millis())
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes a key; what was kept beside it when this very act was done before.
pub(crate) async fn take_key(
    tx: &mut Write,
    scope: &str,
    key: &str,
    actor: &str,
    body: &impl Serialize,
    now: Timestamp,
) -> Result<Option<String>> {
    let digest = body_digest(body)?;
    if claim(tx, scope, key, actor, &digest, now).await? {
        return Ok(None);
    }
    answer_of(tx, scope, key, actor, &digest).await
}

/// Takes a key; false when this very act was done before.
pub(crate) async fn first_time(
    tx: &mut Write,
    scope: &str,
    key: &str,
    actor: &str,
    body: &impl Serialize,
    now: Timestamp,
) -> Result<bool> {
    Ok(take_key(tx, scope, key, actor, body, now).await?.is_none())
}

/// Keeps the answer beside its key.
pub(crate) async fn keep_answer(tx: &mut Write, scope: &str, key: &str, answer: &str) -> Result<()> {
    sqlx::query("UPDATE idempotency SET answer = $1 WHERE scope = $2 AND key = $3")
        .bind(answer.to_owned())
        .bind(scope.to_owned())
        .bind(key.to_owned())
        .execute(&mut **tx)
        .await?;
    Ok(())
}
