//! What becomes of a key: left, given back, removed. Each stands in the audit chain; giving back is told to the resident.

use std::sync::Arc;

use haoban_domain::{
    ids::{NoticeId, PartyId},
    time::Timestamp,
};
use haoban_wire::{
    Problem, ProblemCode,
    deposits::{DEPOSIT_KEY_BYTES, KeyDeposit},
    http::{AccessGround, Change, Notice, NoticeKind},
};
use serde_json::json;

use super::rows;
use crate::{
    AppState, Error, Result,
    audit::{self, Access, Act},
    identity::{Resident, accounts},
    notices::{self, say},
    ports::random_bytes,
    store::Write,
};

/// How long after a sign-in a key is given back. An older session proves that a device is signed in, not who sits before it.
const FRESH_MS: i64 = 5 * 60_000;
/// Times a key is given back on one day.
const RELEASES_A_DAY: i64 = 5;
/// When another try may make sense.
const RETRY_MS: u64 = 3_600_000;
/// Keys of one party: nobody has so many devices, and a script shall not fill the table.
const MOST: i64 = 50;

/// Keeps a key for a party.
pub(super) async fn deposit(state: &AppState, party: PartyId, profile: &str, body: &KeyDeposit) -> Result<()> {
    let key = hex::decode(&body.key).ok().filter(|key| key.len() == DEPOSIT_KEY_BYTES);
    let key = key.ok_or_else(|| Problem::new(ProblemCode::BadRequest).with("what", "key"))?;
    let sealed = state
        .secret
        .seal(&label(profile, party), &key)
        .ok_or_else(|| Error::internal("a deposited key could not be sealed"))?;
    let now = state.clock.now();
    let mut tx = state.store.write().await?;
    let fresh = rows::lock(&mut tx, profile).await?.is_none();
    if fresh && rows::count(&mut tx, party).await? >= MOST {
        return Err(too_many("key_deposits"));
    }
    // The statement itself judges whose profile it is: two who come first at once cannot both be first.
    if !rows::put(&mut tx, profile, party, sealed, now).await? {
        return Err(ProblemCode::Forbidden.into());
    }
    audit::record(&mut tx, act(now, party, "key_deposit.made", profile)).await?;
    tx.commit().await
}

/// Forgets a key.
pub(super) async fn withdraw(state: &AppState, party: PartyId, profile: &str) -> Result<()> {
    let mut tx = state.store.write().await?;
    if !rows::remove(&mut tx, profile, party).await? {
        return Ok(());
    }
    audit::record(&mut tx, act(state.clock.now(), party, "key_deposit.removed", profile)).await?;
    tx.commit().await
}

/// Gives a key back.
pub(super) async fn release(state: &AppState, who: Resident, profile: &str) -> Result<KeyDeposit> {
    let now = state.clock.now();
    if now.millis() - who.signed_in_at.millis() > FRESH_MS {
        return Err(ProblemCode::ReauthRequired.into());
    }
    let mut tx = state.store.write().await?;
    let found = rows::lock(&mut tx, profile).await?.filter(|deposit| deposit.party == who.party_id);
    let found = found.ok_or(ProblemCode::NotFound)?;
    let today = now.city_date().to_string();
    let before = if found.day == today { found.released_today } else { 0 };
    if before >= RELEASES_A_DAY {
        return Err(too_many("key_releases"));
    }
    let key = state
        .secret
        .open_sealed(&label(profile, who.party_id), &found.sealed)
        .ok_or_else(|| Error::internal("a deposited key could not be opened; was the secret replaced?"))?;
    rows::count_release(&mut tx, profile, &today, before + 1).await?;
    let phone = tell(state, &mut tx, who.party_id, now).await?;
    audit::record(&mut tx, act(now, who.party_id, "key_deposit.released", profile)).await?;
    tx.commit().await?;
    state.notices.wake(who.party_id);
    let (gateway, text) = (Arc::clone(&state.sms), say!("deposit", "sms").zh);
    // Not awaited: the message in the inbox is committed already, and a slow gateway must not keep the key back.
    tokio::spawn(async move {
        if let Err(error) = gateway.send(&phone, &text).await {
            tracing::warn!(%error, "the short message about a released key was not sent");
        }
    });
    Ok(KeyDeposit { key: hex::encode(key) })
}

/// Writes the look into the resident's own log and a message into the inbox; gives the phone for the short message.
async fn tell(state: &AppState, tx: &mut Write, party: PartyId, now: Timestamp) -> Result<String> {
    let access = Access {
        party_id: party,
        at: now,
        actor: format!("party:{party}"),
        department: None,
        who: say!("deposit", "who"),
        what: say!("deposit", "what"),
        purpose: say!("deposit", "purpose"),
        case: None,
        ground: AccessGround::Consent,
    };
    audit::record_access(tx, access).await?;
    let notice = Notice {
        id: NoticeId::new(now.millis(), random_bytes::<10>(&*state.random)),
        // A kind of its own would be unreadable to apps already installed.
        kind: NoticeKind::Progress,
        sender: say!("deposit", "who"),
        title: say!("deposit", "released"),
        body: say!("deposit", "released_body"),
        case_id: None,
        opens: None,
        at: now,
    };
    notices::append(tx, party, &Change::Notice { notice }, now).await?;
    Ok(accounts::applicant(&mut **tx, party).await?.phone)
}

fn too_many(what: &str) -> Error {
    Problem { retry_after_ms: Some(RETRY_MS), ..Problem::new(ProblemCode::TooMany).with("what", what) }.into()
}

/// Binds a sealed key to its profile and party.
fn label(profile: &str, party: PartyId) -> String {
    format!("key deposit {profile} {party}")
}

fn act<'a>(at: Timestamp, party: PartyId, action: &'a str, profile: &str) -> Act<'a> {
    Act {
        at,
        actor: format!("party:{party}"),
        department: None,
        action,
        subject: format!("profile:{profile}"),
        case_id: None,
        detail: json!({}),
    }
}
