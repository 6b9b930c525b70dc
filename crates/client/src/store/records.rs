//! Small sealed values by kind and id, and public values beside them.
//!
//! An id must not name anything: use a row id (`cas_…`) or `vault.blind(kind, name)`.

use haoban_domain::time::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use sqlx::SqlitePool;

use super::{StoreError, Write};
use crate::{Client, ClientError, vault::Vault};

const TABLE: &str = "sealed_record";

/// What is bound to the sealed value beside its revision.
fn row(kind: &str, id: &str) -> String {
    format!("{kind}/{id}")
}

/// Reads one value.
pub async fn read<T: DeserializeOwned>(client: &Client, kind: &str, id: &str) -> Result<Option<T>, ClientError> {
    Ok(read_dated(client, kind, id).await?.map(|(value, _)| value))
}

/// Reads one value and when it was written.
pub async fn read_dated<T: DeserializeOwned>(
    client: &Client,
    kind: &str,
    id: &str,
) -> Result<Option<(T, Timestamp)>, ClientError> {
    let store = client.store()?;
    let found: Option<(i64, Vec<u8>, i64)> =
        sqlx::query_as("SELECT revision, sealed, updated_at FROM sealed_record WHERE kind = $1 AND id = $2")
            .bind(kind)
            .bind(id)
            .fetch_optional(store.reader())
            .await?;
    let Some((revision, sealed, at)) = found else { return Ok(None) };
    let value = client.vault().open_json(TABLE, &row(kind, id), revision.cast_unsigned(), &sealed)?;
    Ok(Some((value, Timestamp::from_millis(at))))
}

/// Reads all values of a kind with their ids, oldest change first.
pub async fn list<T: DeserializeOwned>(client: &Client, kind: &str) -> Result<Vec<(String, T)>, ClientError> {
    let store = client.store()?;
    let found: Vec<(String, i64, Vec<u8>)> =
        sqlx::query_as("SELECT id, revision, sealed FROM sealed_record WHERE kind = $1 ORDER BY updated_at, id")
            .bind(kind)
            .fetch_all(store.reader())
            .await?;
    let vault = client.vault();
    found
        .into_iter()
        .map(|(id, revision, sealed)| {
            Ok((id.clone(), vault.open_json(TABLE, &row(kind, &id), revision.cast_unsigned(), &sealed)?))
        })
        .collect()
}

/// Writes one value inside a transaction; returns its new revision.
pub async fn put<T: Serialize>(
    write: &mut Write,
    vault: &Vault,
    kind: &str,
    id: &str,
    value: &T,
    now: Timestamp,
) -> Result<u64, ClientError> {
    let before: Option<i64> = sqlx::query_scalar("SELECT revision FROM sealed_record WHERE kind = $1 AND id = $2")
        .bind(kind)
        .bind(id)
        .fetch_optional(&mut **write)
        .await?;
    let revision = before.unwrap_or(0) + 1;
    let sealed = vault.seal_json(TABLE, &row(kind, id), revision.cast_unsigned(), value)?;
    sqlx::query(
        "INSERT INTO sealed_record (kind, id, revision, sealed, updated_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (kind, id) DO UPDATE SET revision = excluded.revision, sealed = excluded.sealed, updated_at = excluded.updated_at",
    )
    .bind(kind)
    .bind(id)
    .bind(revision)
    .bind(sealed)
    .bind(now.millis())
    .execute(&mut **write)
    .await?;
    Ok(revision.cast_unsigned())
}

/// Writes one value in a transaction of its own.
pub async fn put_one<T: Serialize>(client: &Client, kind: &str, id: &str, value: &T) -> Result<(), ClientError> {
    let mut write = client.store()?.write().await?;
    put(&mut write, client.vault(), kind, id, value, client.now()).await?;
    Ok(write.commit().await?)
}

/// Removes one value.
pub async fn remove(write: &mut Write, kind: &str, id: &str) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM sealed_record WHERE kind = $1 AND id = $2")
        .bind(kind)
        .bind(id)
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// Removes every value of a kind.
pub async fn clear(write: &mut Write, kind: &str) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM sealed_record WHERE kind = $1").bind(kind).execute(&mut **write).await?;
    Ok(())
}

/// Reads a public value.
pub async fn read_public(reader: &SqlitePool, kind: &str, id: &str) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(sqlx::query_scalar("SELECT content FROM public_record WHERE kind = $1 AND id = $2")
        .bind(kind)
        .bind(id)
        .fetch_optional(reader)
        .await?)
}

/// Writes a public value: nothing personal, ever.
pub async fn put_public(
    write: &mut Write,
    kind: &str,
    id: &str,
    content: &[u8],
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO public_record (kind, id, content, updated_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (kind, id) DO UPDATE SET content = excluded.content, updated_at = excluded.updated_at",
    )
    .bind(kind)
    .bind(id)
    .bind(content)
    .bind(now.millis())
    .execute(&mut **write)
    .await?;
    Ok(())
}
