//! Definitions as cases need them: the version a resident saw, its rules compiled once.

use std::{collections::HashMap, sync::Arc};

use haoban_domain::{
    form::Evaluator,
    item::{ItemCode, ServiceItem},
};
use parking_lot::RwLock;
use sqlx::{AnyConnection, Row as _};

use crate::{AppState, Error, Result};

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

/// Writes down the items of the pack in force, so that cases can keep their version for ever.
/// To be called whenever a pack is put in force.
pub async fn publish(state: &AppState) -> Result<()> {
    let pack = state.catalogue.current();
    state.items.0.write().clear();
    let now = state.clock.now().millis();
    let mut tx = state.store.write().await?;
    for item in &pack.pack.items {
        sqlx::query(
            "INSERT INTO published_item (code, version, document, published_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (code, version) DO NOTHING",
        )
        .bind(item.code.clone())
        .bind(i64::from(item.version))
        .bind(serde_json::to_string(item)?)
        .bind(now)
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await
}
