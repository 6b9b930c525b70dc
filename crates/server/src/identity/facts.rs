//! What registers answer about a party, and the one way an item reads it.

use std::collections::BTreeMap;

use axum::{Json, extract::State};
use haoban_domain::{
    ids::PartyId,
    item::ServiceItem,
    pack::CityPack,
    person::{Fact, Facts},
    text::LocalText,
    time::Timestamp,
};
use haoban_wire::{
    ProblemCode,
    http::{AccessGround, ItemFacts},
};
use sqlx::Row;

use super::{Resident, accounts};
use crate::{
    AppState, Result,
    audit::{self, Access},
    http::PathOf,
    store::Write,
};

/// Puts what a register answers about a party (`register.field`).
pub async fn put(
    tx: &mut Write,
    party: PartyId,
    key: &str,
    value: &serde_json::Value,
    read_at: Timestamp,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO fact (party_id, key, value, read_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (party_id, key) DO UPDATE SET value = excluded.value, read_at = excluded.read_at",
    )
    .bind(party.to_string())
    .bind(key.to_owned())
    .bind(value.to_string())
    .bind(read_at.millis())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Rows of one statement: one round trip for many answers.
const ROWS: usize = 50;

/// Puts many answers about a party that has none of them yet.
pub async fn put_new(
    tx: &mut Write,
    party: PartyId,
    facts: &[(String, serde_json::Value)],
    read_at: Timestamp,
) -> Result<()> {
    for rows in facts.chunks(ROWS) {
        let row = |at: usize| format!("(${}, ${}, ${}, ${})", at * 4 + 1, at * 4 + 2, at * 4 + 3, at * 4 + 4);
        let places: Vec<String> = (0..rows.len()).map(row).collect();
        let sql = format!("INSERT INTO fact (party_id, key, value, read_at) VALUES {}", places.join(", "));
        // Only numbered places are put into the text; every value is bound.
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
        for (key, value) in rows {
            query = query.bind(party.to_string()).bind(key.clone()).bind(value.to_string()).bind(read_at.millis());
        }
        query.execute(&mut **tx).await?;
    }
    Ok(())
}

/// Reads the facts an item names, without logging: the caller logs the look in the same transaction.
pub async fn read(
    executor: impl sqlx::Executor<'_, Database = sqlx::Any>,
    pack: &CityPack,
    item: &ServiceItem,
    party: PartyId,
) -> Result<Facts> {
    let mut facts = Facts::default();
    if item.guide.facts.is_empty() {
        return Ok(facts);
    }
    let places: Vec<String> = (0..item.guide.facts.len()).map(|at| format!("${}", at + 2)).collect();
    let sql = format!("SELECT key, value, read_at FROM fact WHERE party_id = $1 AND key IN ({})", places.join(", "));
    // Only numbered places are put into the text; every key is bound.
    let mut query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(party.to_string());
    for wanted in &item.guide.facts {
        query = query.bind(wanted.key.clone());
    }
    for row in query.fetch_all(executor).await? {
        let key: String = row.try_get("key")?;
        let fact = Fact {
            value: serde_json::from_str(&row.try_get::<String, _>("value")?)?,
            register: register_name(pack, &key),
            read_at: Timestamp::from_millis(row.try_get("read_at")?),
        };
        facts.0.insert(key, fact);
    }
    Ok(facts)
}

fn register_name(pack: &CityPack, key: &str) -> LocalText {
    let id = key.split('.').next().unwrap_or(key);
    let known = pack.registers.iter().find(|register| register.id == id);
    known.map_or_else(|| LocalText::new(id, id), |register| register.name.clone())
}

fn fact_words(pack: &CityPack, key: &str) -> LocalText {
    let (register, field) = key.split_once('.').unwrap_or((key, ""));
    pack.registers
        .iter()
        .find(|known| known.id == register)
        .and_then(|known| known.facts.iter().find(|fact| fact.id == field))
        .map_or_else(|| LocalText::new(key, key), |fact| fact.words.clone())
}

/// Writes down what residents let an item read about themselves.
pub async fn log(
    tx: &mut Write,
    pack: &CityPack,
    item: &ServiceItem,
    party: PartyId,
    facts: &Facts,
    now: Timestamp,
) -> Result<()> {
    let look = Look { item, party, facts, actor: format!("party:{party}"), ground: AccessGround::Consent };
    log_look(tx, pack, look, now).await
}

/// A look into registers for an item.
#[derive(Debug)]
pub struct Look<'a> {
    /// For what.
    pub item: &'a ServiceItem,
    /// About whom.
    pub party: PartyId,
    /// What was read.
    pub facts: &'a Facts,
    /// `party:<id>` or `system:<name>`.
    pub actor: String,
    /// By what right.
    pub ground: AccessGround,
}

/// Writes one line per register and purpose into the log the resident reads.
pub async fn log_look(tx: &mut Write, pack: &CityPack, look: Look<'_>, now: Timestamp) -> Result<()> {
    let Look { item, party, facts, actor, ground } = look;
    let department = pack.departments.iter().find(|known| known.id == item.guide.department);
    let who =
        department.map_or_else(|| LocalText::new(&item.guide.department, &item.guide.department), |d| d.name.clone());
    for ((register, purpose), what) in looks(pack, item, facts) {
        let access = Access {
            party_id: party,
            at: now,
            actor: actor.clone(),
            department: Some(&item.guide.department),
            who: who.clone(),
            what: LocalText::new(
                format!("{}：{}", register.0, what.0.join("、")),
                format!("{}: {}", register.1, what.1.join(", ")),
            ),
            purpose: LocalText::new(purpose.0, purpose.1),
            case: None,
            ground,
        };
        audit::record_access(tx, access).await?;
    }
    Ok(())
}

type Pair = (String, String);
type Lines = (Vec<String>, Vec<String>);

/// What was read, gathered by register and purpose.
fn looks(pack: &CityPack, item: &ServiceItem, facts: &Facts) -> BTreeMap<(Pair, Pair), Lines> {
    let mut looks: BTreeMap<(Pair, Pair), Lines> = BTreeMap::new();
    for wanted in item.guide.facts.iter().filter(|wanted| facts.0.contains_key(&wanted.key)) {
        let register = register_name(pack, &wanted.key);
        let purpose = wanted.purpose.clone();
        let words = fact_words(pack, &wanted.key);
        let lines = looks.entry(((register.zh, register.en), (purpose.zh, purpose.en))).or_default();
        lines.0.push(words.zh);
        lines.1.push(words.en);
    }
    looks
}

/// What an item may read about the signed-in resident. The look is logged before the answer leaves.
#[utoipa::path(
    get, path = "/v1/items/{code}/facts", tag = "identity", security(("resident" = [])),
    params(("code" = String, Path, description = "Item code")),
    responses((status = OK, body = ItemFacts), (status = NOT_FOUND, body = haoban_wire::Problem))
)]
pub(super) async fn item_facts(
    State(state): State<AppState>,
    resident: Resident,
    PathOf(code): PathOf<String>,
) -> Result<Json<ItemFacts>> {
    let loaded = state.catalogue.current();
    let item = loaded.pack.items.iter().find(|item| item.code == code).ok_or(ProblemCode::NotFound)?;
    let mut tx = state.store.write().await?;
    let applicant = accounts::applicant(&mut *tx, resident.party_id).await?;
    let facts = read(&mut *tx, &loaded.pack, item, resident.party_id).await?;
    log(&mut tx, &loaded.pack, item, resident.party_id, &facts, state.clock.now()).await?;
    tx.commit().await?;
    Ok(Json(ItemFacts { applicant, facts }))
}
