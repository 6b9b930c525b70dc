//! 亮证: a code of sixty seconds, good for one look.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use haoban_domain::{
    ids::{LicenceId, PartyId},
    licence::{Licence, LicenceStatus, Presentation},
    receipt::digest,
};
use haoban_wire::{
    ProblemCode,
    http::{AccessGround, PresentationCheck},
};
use serde_json::Value;
use sqlx::Row as _;

use super::rows;
use crate::{
    AppState, Result,
    audit::{self, Access, Act},
    notices::say,
    ports::random_bytes,
    store::Write,
};

/// How long a code lives.
const LIFE_MS: i64 = 60_000;
/// What a code begins with, so that scanners know it.
const SCHEME: &str = "haoban:show:";

/// A new code for one's own valid licence.
pub(super) async fn present(state: &AppState, party: PartyId, id: LicenceId) -> Result<Presentation> {
    let now = state.clock.now();
    let licence = rows::find(&state.store, party, id, now.city_date()).await?.ok_or(ProblemCode::NotFound)?;
    if licence.status != LicenceStatus::Valid {
        return Err(ProblemCode::NotAllowedNow.into());
    }
    let secret = URL_SAFE_NO_PAD.encode(random_bytes::<24>(state.random.as_ref()));
    let number = u64::from_be_bytes(random_bytes(state.random.as_ref())) % 100_000_000;
    let digits = format!("{number:08}");
    let expires_at = now.plus_millis(LIFE_MS);
    let mut tx = state.store.write().await?;
    sqlx::query(
        "INSERT INTO presentation (id, licence_id, party_id, secret_sha256, digits, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(digest(&random_bytes::<16>(state.random.as_ref())))
    .bind(id.to_string())
    .bind(party.to_string())
    .bind(digest(secret.as_bytes()))
    .bind(digits.clone())
    .bind(now.millis())
    .bind(expires_at.millis())
    .execute(&mut *tx)
    .await?;
    record(&mut tx, state, format!("party:{party}"), "licence.presented", id).await?;
    tx.commit().await?;
    let discloses = say!("licence", "discloses", licence = &licence.name);
    Ok(Presentation { payload: format!("{SCHEME}{secret}"), digits, expires_at, discloses })
}

async fn record(tx: &mut Write, state: &AppState, actor: String, action: &str, id: LicenceId) -> Result<()> {
    let act = Act {
        at: state.clock.now(),
        actor,
        department: None,
        action,
        subject: id.to_string(),
        case_id: None,
        detail: Value::Null,
    };
    audit::record(tx, act).await
}

/// What a code shows. By its payload anybody who was shown it; by its digits only an officer, because
/// eight digits could be guessed.
pub(super) async fn look(state: &AppState, code: &str, officer: Option<&str>) -> Result<PresentationCheck> {
    let now = state.clock.now();
    let mut tx = state.store.write().await?;
    let secret = code.strip_prefix(SCHEME).unwrap_or(code);
    let digits = if officer.is_some() { code } else { "" };
    let row = sqlx::query(
        "UPDATE presentation SET used_at = $1 WHERE used_at IS NULL AND expires_at > $1 AND (secret_sha256 = $2 OR digits = $3) \
         RETURNING licence_id, party_id",
    )
    .bind(now.millis())
    .bind(digest(secret.as_bytes()))
    .bind(digits.to_owned())
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(ProblemCode::NotFound)?;
    let party: PartyId = row.try_get::<String, _>("party_id")?.parse()?;
    let id: LicenceId = row.try_get::<String, _>("licence_id")?.parse()?;
    let held = rows::held(&mut tx, party, now.city_date()).await?;
    let licence = held.into_iter().find(|licence| licence.id == id).ok_or(ProblemCode::NotFound)?;
    let actor = officer.map_or_else(|| "system:presentation".to_owned(), |id| format!("officer:{id}"));
    let access = Access {
        party_id: party,
        at: now,
        actor: actor.clone(),
        department: None,
        who: say!("licence", "other_side"),
        what: licence.name.clone(),
        purpose: say!("licence", "shown_by_you"),
        case: None,
        ground: AccessGround::Consent,
    };
    audit::record_access(&mut tx, access).await?;
    record(&mut tx, state, actor, "licence.checked", id).await?;
    tx.commit().await?;
    Ok(seen(licence, now))
}

fn seen(licence: Licence, now: haoban_domain::time::Timestamp) -> PresentationCheck {
    PresentationCheck {
        name: licence.name,
        holder: licence.holder,
        number: licence.number,
        issuer: licence.issuer,
        status: licence.status,
        valid_to: licence.valid_to,
        checked_at: now,
    }
}

/// Forgets codes that ended an hour ago or earlier.
pub async fn sweep(state: &AppState) -> Result<()> {
    let before = state.clock.now().plus_millis(-3_600_000);
    let mut tx = state.store.write().await?;
    sqlx::query("DELETE FROM presentation WHERE expires_at < $1").bind(before.millis()).execute(&mut *tx).await?;
    tx.commit().await
}
