//! What becomes of a device: added, admitted, removed. Each stands in the audit chain; admitting and removing are told
//! to the resident.

use std::collections::BTreeSet;

use haoban_domain::{
    ids::{DeviceId, NoticeId, PartyId},
    text::LocalText,
    time::Timestamp,
};
use haoban_wire::{
    Problem, ProblemCode,
    follow::{
        AdmitDevice, AskStanding, DEVICE_CHECK_BYTES, DEVICE_KEY_BYTES, DEVICE_NAME_MOST, DeviceGrant, DevicePage,
        DeviceStanding, RegisterDevice, RemoveDevice,
    },
    http::{AccessGround, Change, Notice, NoticeKind},
};
use serde_json::json;

use super::rows::{self, Device, New};
use crate::{
    AppState, Error, Result,
    audit::{self, Access, Act},
    identity::{self, SignedIn},
    notices::{self, say},
    ports::random_bytes,
    store::Write,
};

/// Devices between which drafts travel.
const DEVICES_MOST: usize = 10;
/// Devices ever: removed ones keep their row, and a script shall not fill the table.
const ROWS_MOST: i64 = 200;
/// Bytes of a grant or a roster.
const SEALED_MOST: usize = 16 * 1024;
/// How exactly it is told when a device last asked.
const SEEN_EVERY_MS: i64 = 3_600_000;
/// How long after a sign-in everything may be begun anew.
const FRESH_MS: i64 = 5 * 60_000;
/// When another try may make sense.
const RETRY_MS: u64 = 3_600_000;

/// The page of devices.
pub(super) async fn page(state: &AppState, caller: &SignedIn) -> Result<DevicePage> {
    let (party, now) = (caller.who.party_id, state.clock.now());
    let mut devices = rows::all(&state.store, party).await?;
    let stale = |device: &Device| now.millis() - device.seen_at.millis() > SEEN_EVERY_MS;
    if let Some(mine) = devices.iter_mut().find(|device| device.family == caller.family && stale(device)) {
        let mut tx = state.store.write().await?;
        rows::saw(&mut tx, mine.id, now).await?;
        tx.commit().await?;
        mine.seen_at = now;
    }
    let account = rows::account_now(&state.store, party).await?;
    let grant = devices.iter().find(|device| device.family == caller.family).and_then(|mine| mine.grant.clone());
    Ok(DevicePage {
        epoch: account.as_ref().map_or(0, |account| account.epoch.unsigned_abs()),
        roster_revision: account.as_ref().map_or(0, |account| account.roster_revision.unsigned_abs()),
        roster: account.map(|account| hex::encode(account.roster)),
        grant,
        devices: devices.into_iter().map(|device| device.info(&caller.family)).collect(),
    })
}

/// Adds a device. One that is known under the same key only signed in anew; a removed one stays removed.
pub(super) async fn register(state: &AppState, caller: &SignedIn, id: DeviceId, body: &RegisterDevice) -> Result<()> {
    let (party, now) = (caller.who.party_id, state.clock.now());
    let name = body.name.trim();
    if name.is_empty() || name.chars().count() > DEVICE_NAME_MOST || name.chars().any(char::is_control) {
        return Err(Problem::new(ProblemCode::BadRequest).with("what", "name").with("max", DEVICE_NAME_MOST).into());
    }
    let public_key = bytes_of("public_key", &body.public_key, |length| length == DEVICE_KEY_BYTES)?;
    let check = bytes_of("check", &body.check, |length| length == DEVICE_CHECK_BYTES)?;
    let mut tx = state.store.write().await?;
    match rows::one(&mut tx, id).await? {
        Some(known) if known.party != party || known.public_key != public_key => {
            return Err(ProblemCode::Forbidden.into());
        }
        Some(known) if known.removed => return Err(ProblemCode::DeviceRemoved.into()),
        Some(_) => rows::renew(&mut tx, id, &caller.family, name, now).await?,
        None => {
            if rows::all_in(&mut tx, party).await?.len() >= DEVICES_MOST
                || rows::count(&mut tx, party).await? >= ROWS_MOST
            {
                return Err(too_many());
            }
            let new = New { id, party, family: &caller.family, name, public_key, check };
            rows::insert(&mut tx, new, now).await?;
            audit::record(&mut tx, act(now, party, "device.added", id)).await?;
        }
    }
    changed(state, tx, party, now).await
}

/// Gives a device the account key: the first one by itself, every other one by a device that has it.
pub(super) async fn admit(state: &AppState, caller: &SignedIn, id: DeviceId, body: &AdmitDevice) -> Result<()> {
    let (party, now) = (caller.who.party_id, state.clock.now());
    let (from, sealed) = grant_of(&body.grant)?;
    let roster = bytes_of("roster", &body.roster, small)?;
    let mut tx = state.store.write().await?;
    let account = rows::account(&mut tx, party).await?;
    let target = rows::one(&mut tx, id).await?.filter(|device| device.party == party && !device.removed);
    let target = target.ok_or(ProblemCode::NotFound)?;
    let Some(account) = account else {
        if target.family != caller.family {
            return Err(ProblemCode::DeviceNotAdmitted.into());
        }
        if body.grant.epoch != 1 || body.roster_base != 0 || !rows::begin(&mut tx, party, roster).await? {
            return Err(ProblemCode::RevisionConflict.into());
        }
        rows::grant(&mut tx, id, 1, from, sealed).await?;
        audit::record(&mut tx, act(now, party, "device.first", id)).await?;
        return changed(state, tx, party, now).await;
    };
    admitted(&mut tx, caller).await?;
    if target.grant.is_some() {
        return Err(Problem::new(ProblemCode::NotAllowedNow).with("what", "admitted").into());
    }
    in_force(&account, body.grant.epoch, body.roster_base)?;
    rows::grant(&mut tx, id, account.epoch, from, sealed).await?;
    rows::change(&mut tx, party, account.epoch, account.roster_revision + 1, roster).await?;
    let words = [say!("devices", "admitted_purpose"), say!("devices", "admitted"), say!("devices", "admitted_body")];
    tell(state, &mut tx, party, now, words).await?;
    audit::record(&mut tx, act(now, party, "device.admitted", id)).await?;
    changed(state, tx, party, now).await
}

/// Takes another device out. Its sign-in ends with it; the others go on under a key it never had.
pub(super) async fn remove(state: &AppState, caller: &SignedIn, id: DeviceId, body: &RemoveDevice) -> Result<()> {
    let (party, now) = (caller.who.party_id, state.clock.now());
    let roster = bytes_of("roster", &body.roster, small)?;
    let mut tx = state.store.write().await?;
    let account = rows::account(&mut tx, party).await?.ok_or(ProblemCode::NotFound)?;
    let mine = admitted(&mut tx, caller).await?;
    let devices = rows::all_in(&mut tx, party).await?;
    let target = devices.iter().find(|device| device.id == id && device.grant.is_some() && device.id != mine);
    let target = target.ok_or(ProblemCode::NotFound)?;
    in_force(&account, body.epoch.saturating_sub(1), body.roster_base)?;
    let stay: BTreeSet<DeviceId> =
        devices.iter().filter(|device| device.grant.is_some() && device.id != id).map(|device| device.id).collect();
    // Nobody is left behind by mistake, and nobody comes in by this door.
    if stay != body.grants.keys().copied().collect() || body.grants.values().any(|grant| grant.epoch != body.epoch) {
        return Err(ProblemCode::RevisionConflict.into());
    }
    for (device, grant) in &body.grants {
        let (from, sealed) = grant_of(grant)?;
        rows::grant(&mut tx, *device, account.epoch + 1, from, sealed).await?;
    }
    rows::remove(&mut tx, id, now).await?;
    rows::change(&mut tx, party, account.epoch + 1, account.roster_revision + 1, roster).await?;
    identity::revoke_of(&mut tx, party, &target.family, "device_removed", now).await?;
    let words = [say!("devices", "removed_purpose"), say!("devices", "removed"), say!("devices", "removed_body")];
    tell(state, &mut tx, party, now, words).await?;
    audit::record(&mut tx, act(now, party, "device.removed", id)).await?;
    changed(state, tx, party, now).await
}

/// Takes the asking device out, or turns one away that was never admitted. Removing nothing is fine.
pub(super) async fn leave(state: &AppState, caller: &SignedIn, id: DeviceId) -> Result<()> {
    let (party, now) = (caller.who.party_id, state.clock.now());
    let mut tx = state.store.write().await?;
    // Taken first everywhere, so that two who settle something of one party never wait for each other.
    rows::account(&mut tx, party).await?;
    let Some(target) = rows::one(&mut tx, id).await?.filter(|device| device.party == party && !device.removed) else {
        return Ok(());
    };
    if target.family == caller.family {
        rows::forget(&mut tx, id).await?;
        if rows::all_in(&mut tx, party).await?.iter().all(|device| device.grant.is_none()) {
            rows::clear(&mut tx, party).await?;
        }
        audit::record(&mut tx, act(now, party, "device.left", id)).await?;
    } else {
        admitted(&mut tx, caller).await?;
        if target.grant.is_some() {
            return Err(Problem::new(ProblemCode::NotAllowedNow).with("what", "admitted").into());
        }
        rows::remove(&mut tx, id, now).await?;
        // Whoever sits there is signed in to this account and should not be.
        identity::revoke_of(&mut tx, party, &target.family, "device_turned_away", now).await?;
        audit::record(&mut tx, act(now, party, "device.turned_away", id)).await?;
    }
    changed(state, tx, party, now).await
}

/// Whether a device was removed.
pub(super) async fn standing(state: &AppState, body: &AskStanding) -> Result<DeviceStanding> {
    let public_key = bytes_of("public_key", &body.public_key, |length| length == DEVICE_KEY_BYTES)?;
    Ok(DeviceStanding { removed: rows::was_removed(&state.store, body.device_id, public_key).await? })
}

/// Forgets all devices and all sealed drafts.
pub(super) async fn begin_anew(state: &AppState, caller: &SignedIn) -> Result<()> {
    let (party, now) = (caller.who.party_id, state.clock.now());
    if now.millis() - caller.who.signed_in_at.millis() > FRESH_MS {
        return Err(ProblemCode::ReauthRequired.into());
    }
    let mut tx = state.store.write().await?;
    rows::account(&mut tx, party).await?;
    for device in rows::all_in(&mut tx, party).await?.into_iter().filter(|device| device.family != caller.family) {
        rows::remove(&mut tx, device.id, now).await?;
        identity::revoke_of(&mut tx, party, &device.family, "device_removed", now).await?;
        audit::record(&mut tx, act(now, party, "device.removed", device.id)).await?;
    }
    rows::clear(&mut tx, party).await?;
    let words = [say!("devices", "removed_purpose"), say!("devices", "removed"), say!("devices", "removed_body")];
    tell(state, &mut tx, party, now, words).await?;
    changed(state, tx, party, now).await
}

/// The asking device, if it has the account key.
async fn admitted(tx: &mut Write, caller: &SignedIn) -> Result<DeviceId> {
    let device = rows::admitted_device(&mut **tx, caller.who.party_id, &caller.family).await?;
    Ok(device.ok_or(ProblemCode::DeviceNotAdmitted)?)
}

/// Refuses what was made for another key or another roster.
fn in_force(account: &rows::Account, epoch: u64, roster_base: u64) -> Result<()> {
    if account.epoch.unsigned_abs() != epoch {
        return Err(Problem::new(ProblemCode::FollowEpoch).with("epoch", account.epoch).into());
    }
    if account.roster_revision.unsigned_abs() != roster_base {
        return Err(Problem::new(ProblemCode::RevisionConflict).with("revision", account.roster_revision).into());
    }
    Ok(())
}

fn grant_of(grant: &DeviceGrant) -> Result<(Vec<u8>, Vec<u8>)> {
    let from = bytes_of("from", &grant.from, |length| length == DEVICE_KEY_BYTES)?;
    Ok((from, bytes_of("sealed", &grant.sealed, small)?))
}

fn small(length: usize) -> bool {
    (1..=SEALED_MOST).contains(&length)
}

fn bytes_of(what: &str, text: &str, fits: impl Fn(usize) -> bool) -> Result<Vec<u8>> {
    let bytes = hex::decode(text).ok().filter(|bytes| fits(bytes.len()));
    Ok(bytes.ok_or_else(|| Problem::new(ProblemCode::BadRequest).with("what", what))?)
}

/// Commits and lets the other devices look.
async fn changed(state: &AppState, mut tx: Write, party: PartyId, now: Timestamp) -> Result<()> {
    notices::append_latest(&mut tx, party, &Change::FollowChanged, now).await?;
    tx.commit().await?;
    state.notices.wake(party);
    Ok(())
}

/// Writes a line into the resident's own log and a message into the inbox: purpose, title, text.
async fn tell(state: &AppState, tx: &mut Write, party: PartyId, now: Timestamp, words: [LocalText; 3]) -> Result<()> {
    let [purpose, title, body] = words;
    let access = Access {
        party_id: party,
        at: now,
        actor: format!("party:{party}"),
        department: None,
        who: say!("devices", "who"),
        what: say!("devices", "what"),
        purpose,
        case: None,
        ground: AccessGround::Consent,
    };
    audit::record_access(tx, access).await?;
    let notice = Notice {
        id: NoticeId::new(now.millis(), random_bytes::<10>(&*state.random)),
        // A kind of its own would be unreadable to apps already installed.
        kind: NoticeKind::Progress,
        sender: say!("devices", "who"),
        title,
        body,
        case_id: None,
        opens: None,
        at: now,
    };
    notices::append(tx, party, &Change::Notice { notice }, now).await?;
    Ok(())
}

fn too_many() -> Error {
    Problem { retry_after_ms: Some(RETRY_MS), ..Problem::new(ProblemCode::TooMany).with("what", "devices") }.into()
}

fn act<'a>(at: Timestamp, party: PartyId, action: &'a str, device: DeviceId) -> Act<'a> {
    Act {
        at,
        actor: format!("party:{party}"),
        department: None,
        action,
        subject: format!("device:{device}"),
        case_id: None,
        detail: json!({}),
    }
}
