//! Definitions as cases need them: the version a resident saw, its rules compiled once.

use std::{collections::HashMap, sync::Arc};

use haoban_domain::{
    form::Evaluator,
    item::{ItemCode, ServiceItem},
};
use parking_lot::RwLock;
use sqlx::{Any, AnyConnection, Row as _, any::AnyArguments, query::Query};

use crate::{
    AppState, Error, Result,
    catalogue::{LoadedPack, check},
    store::Write,
};

/// Items of earlier packs, compiled, by code and version.
#[derive(Default)]
pub struct Items(RwLock<HashMap<(ItemCode, u32), Arc<Evaluator>>>);

/// An item at a version that is or was in force; `None` when it never was.
pub async fn at_version(
    state: &AppState,
    connection: &mut AnyConnection,
    code: &str,
    version: u32,
) -> Result<Option<Arc<Evaluator>>> {
    let pack = state.catalogue.current();
    if let Some(current) = pack.evaluator(code).filter(|current| current.item().version == version) {
        return Ok(Some(current));
    }
    let key = (code.to_owned(), version);
    let known = state.items.0.read().get(&key).cloned();
    if known.is_some() {
        return Ok(known);
    }
    let row = sqlx::query("SELECT document FROM published_item WHERE code = $1 AND version = $2")
        .bind(code.to_owned())
        .bind(i64::from(version))
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let item: ServiceItem = serde_json::from_str(&row.try_get::<String, _>("document")?)?;
    let compiled = Evaluator::new(Arc::new(item), Arc::clone(&pack.calendar));
    let compiled = Arc::new(compiled.map_err(|error| Error::internal(error.to_string()))?);
    state.items.0.write().insert(key, Arc::clone(&compiled));
    Ok(Some(compiled))
}

/// An item in all versions that were ever in force, the newest first.
pub async fn earlier_versions(connection: &mut AnyConnection, code: &str) -> Result<Vec<ServiceItem>> {
    let rows = sqlx::query("SELECT document FROM published_item WHERE code = $1 ORDER BY version DESC")
        .bind(code.to_owned())
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| Ok(serde_json::from_str(&row.try_get::<String, _>("document")?)?)).collect()
}

/// Why a pack cannot be put in force.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// A published version says something else now.
    #[error(
        "service `{code}` was published as version {version} and says something else now:\n  {}\nraise `version` in items/{code}/item.yaml",
        .changes.join("\n  ")
    )]
    Changed {
        /// Service.
        code: ItemCode,
        /// Version that was published.
        version: u32,
        /// What changed, in words.
        changes: Vec<String>,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] Error),
}

/// Writes down the items of a pack, so that cases can keep their version for ever. To be called before a
/// pack is put in force. Writing the same pack down again changes nothing.
///
/// A published version never changes. Only where packs are being written (`watch_city`) a version under
/// which nobody has applied yet may still be mended.
///
/// # Errors
/// When a version was published with other content, or the database fails.
pub async fn publish(state: &AppState, pack: &LoadedPack) -> Result<(), PublishError> {
    let now = state.clock.now().millis();
    let mut tx = state.store.write().await?;
    for item in &pack.pack.items {
        match published(&mut tx, item).await? {
            Some(known) if known == *item => continue,
            Some(_) if state.config.watch_city && !applied_under(&mut tx, item).await? => {
                by_version("DELETE FROM published_item WHERE code = $1 AND version = $2", item)
                    .execute(&mut *tx)
                    .await
                    .map_err(Error::from)?;
            }
            Some(known) => {
                let changes = check::diff::items(&known, item);
                return Err(PublishError::Changed { code: item.code.clone(), version: item.version, changes });
            }
            None => {}
        }
        let document = serde_json::to_string(item).map_err(Error::from)?;
        by_version("INSERT INTO published_item (code, version, document, published_at) VALUES ($1, $2, $3, $4)", item)
            .bind(document)
            .bind(now)
            .execute(&mut *tx)
            .await
            .map_err(Error::from)?;
    }
    tx.commit().await?;
    state.items.0.write().clear();
    Ok(())
}

fn by_version<'q>(sql: &'static str, item: &ServiceItem) -> Query<'q, Any, AnyArguments> {
    sqlx::query(sql).bind(item.code.clone()).bind(i64::from(item.version))
}

async fn published(tx: &mut Write, item: &ServiceItem) -> Result<Option<ServiceItem>> {
    let row = by_version("SELECT document FROM published_item WHERE code = $1 AND version = $2", item);
    let Some(row) = row.fetch_optional(&mut **tx).await? else { return Ok(None) };
    // What an older platform wrote down in another shape cannot be compared; it stays as it is.
    Ok(Some(serde_json::from_str(&row.try_get::<String, _>("document")?).unwrap_or_else(|_| item.clone())))
}

async fn applied_under(tx: &mut Write, item: &ServiceItem) -> Result<bool> {
    let case = by_version("SELECT id FROM cases WHERE item_code = $1 AND item_version = $2 LIMIT 1", item);
    Ok(case.fetch_optional(&mut **tx).await?.is_some())
}
