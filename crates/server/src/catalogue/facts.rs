//! What registers answer, for the platform's own judgement of a submission.
//!
//! A look on behalf of a resident is logged by `identity::facts`; here the same facts are read again,
//! because what counts at a submission is what the registers say, not what a device sent.

use haoban_domain::{
    ids::PartyId,
    item::ServiceItem,
    person::{Applicant, Fact, Facts},
    text::LocalText,
    time::Timestamp,
};
use sqlx::Row;

use super::LoadedPack;
use crate::{AppState, Result, identity::accounts};

/// The facts an item may read about a party.
///
/// # Errors
/// When the database fails.
pub async fn for_item(state: &AppState, party: PartyId, item: &ServiceItem) -> Result<Facts> {
    let pack = state.catalogue.current();
    let rows = sqlx::query("SELECT key, value, read_at FROM fact WHERE party_id = $1")
        .bind(party.to_string())
        .fetch_all(state.store.reader())
        .await?;
    let mut facts = Facts::default();
    for row in rows {
        let key: String = row.try_get("key")?;
        if item.guide.facts.iter().any(|wanted| wanted.key == key) {
            let value = serde_json::from_str(&row.try_get::<String, _>("value")?)?;
            let read_at = Timestamp::from_millis(row.try_get("read_at")?);
            facts.0.insert(key.clone(), Fact { value, register: register_name(&pack, &key), read_at });
        }
    }
    Ok(facts)
}

/// A party as an applicant.
///
/// # Errors
/// When the database fails or the party is not there.
pub async fn applicant(state: &AppState, party: PartyId) -> Result<Applicant> {
    accounts::applicant(state.store.reader(), party).await
}

fn register_name(pack: &LoadedPack, key: &str) -> LocalText {
    let id = key.split('.').next().unwrap_or(key);
    pack.register(id).map_or_else(|| LocalText::new(id, id), |register| register.name.clone())
}
