//! What the resident does on the page of devices.

use haoban_domain::ids::{DeviceId, PartyId};
use haoban_wire::{
    Problem, ProblemCode,
    follow::{AdmitDevice, DEVICE_NAME_MOST, RemoveDevice},
    ui::{ClientEvent, DeviceRow, DevicesView, FollowStanding},
};

use super::{
    code,
    keys::{self, Bound, Pair},
    record::{self, DeviceRecord},
    round,
};
use crate::{Client, ClientError, http::api, session, vault::VaultError};

/// Wrong codes for one new device.
const TRIES: u32 = 5;
/// The page asks for news only after this time; changes elsewhere come by themselves.
const FRESH_MILLIS: i64 = 30_000;
/// How long no further code is judged then.
const WAIT_MILLIS: i64 = 15 * 60_000;

/// The page as this device knows it; what is newer comes behind the screens.
pub(crate) async fn open(client: &Client) -> Result<DevicesView, Problem> {
    let shown = view(client).await?;
    // Every round tells the page to ask again: that must not begin the next one.
    if shown.synced_at.is_none_or(|at| client.now().millis() - at.millis() > FRESH_MILLIS) {
        super::soon(client);
    }
    Ok(shown)
}

async fn view(client: &Client) -> Result<DevicesView, Problem> {
    let me = match session::party(client) {
        Some(party) => record::load(client, party).await?,
        None => None,
    };
    let signed_in = session::is_signed_in(client);
    let Some(me) = me else {
        return Ok(DevicesView { standing: FollowStanding::Off, signed_in, devices: Vec::new(), synced_at: None });
    };
    let standing = if me.removed {
        FollowStanding::Removed
    } else if me.is_admitted() {
        FollowStanding::On
    } else {
        let (one, other) = me.code.split_at(me.code.len() / 2);
        FollowStanding::Waiting { code: format!("{one}-{other}") }
    };
    let devices = me.devices.iter().map(|device| DeviceRow {
        id: device.id,
        name: device.name.clone(),
        mine: device.id == me.id,
        admitted: device.admitted,
        added_at: device.added_at,
        seen_at: device.seen_at,
    });
    Ok(DevicesView { standing, signed_in, devices: devices.collect(), synced_at: me.synced_at })
}

fn holder(client: &Client) -> Result<PartyId, Problem> {
    session::party(client).filter(|_| session::is_signed_in(client)).ok_or_else(|| ProblemCode::SignedOut.into())
}

/// Drafts follow from now on: as the first device at once, otherwise once another one admits this one.
pub(crate) async fn turn_on(client: &Client, name: &str) -> Result<DevicesView, Problem> {
    let party = holder(client)?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > DEVICE_NAME_MOST || name.chars().any(char::is_control) {
        return Err(Problem::new(ProblemCode::BadRequest).with("what", "name").with("max", DEVICE_NAME_MOST));
    }
    {
        let _alone = client.services().follow.one_at_a_time.lock().await;
        let known = record::load(client, party).await?.filter(|me| !me.removed);
        let mut me = match known {
            Some(me) => me,
            None => fresh(client, party).await?,
        };
        name.clone_into(&mut me.name);
        // Kept before it is told; given up again when the platform has never heard of it.
        record::save(client, party, &me).await?;
        let told = round::bring_keys(client, &api(client).for_party(party), party, &mut me).await;
        if told.is_err() && me.devices.is_empty() {
            record::forget(client, party).await?;
        }
        told?;
    }
    super::soon(client);
    view(client).await
}

async fn fresh(client: &Client, party: PartyId) -> Result<DeviceRecord, ClientError> {
    let id = DeviceId::new(client.now().millis(), client.random()?);
    let private = Pair::fresh()?;
    let code = code::fresh()?;
    let stretched = code::stretch(&code, party, id, &Pair::read(&private)?.public()?).await?;
    Ok(DeviceRecord {
        id,
        name: String::new(),
        private,
        code,
        check: hex::encode(stretched.check),
        bind: hex::encode(stretched.bind.as_slice()),
        ring: keys::Ring::default(),
        roster: keys::Roster::new(),
        roster_revision: 0,
        devices: Vec::new(),
        tries: Default::default(),
        removed: false,
        synced_at: None,
    })
}

/// Drafts stay where they are. What the platform keeps for this device goes; with the last device, everything.
pub(crate) async fn turn_off(client: &Client) -> Result<DevicesView, Problem> {
    let party = session::party(client).ok_or(ProblemCode::SignedOut)?;
    {
        let _alone = client.services().follow.one_at_a_time.lock().await;
        if let Some(me) = record::load(client, party).await? {
            if !me.removed {
                holder(client)?;
                api(client).for_party(party).leave_devices(me.id).await?;
            }
            record::forget(client, party).await?;
        }
    }
    client.emit(ClientEvent::DevicesChanged {});
    view(client).await
}

/// Before everything on this device is erased: the others shall not list it any more.
pub(crate) async fn give_up(client: &Client) {
    if let Err(problem) = turn_off(client).await {
        tracing::info!(code = problem.code.as_str(), "this device stays in the list of the others");
    }
}

/// Admits a new device, if the code typed here is the one it shows.
pub(crate) async fn admit(client: &Client, device: DeviceId, typed: &str) -> Result<DevicesView, Problem> {
    let party = holder(client)?;
    let _alone = client.services().follow.one_at_a_time.lock().await;
    let mut me = admitted(client, party).await?;
    let api = api(client).for_party(party);
    round::bring_keys(client, &api, party, &mut me).await?;
    let new = me.devices.iter().find(|known| known.id == device && !known.admitted).cloned();
    let new = new.ok_or(ProblemCode::NotFound)?;
    let wrong = judge_tries(client, &mut me, device)?;
    let Some(code) = code::read(typed) else { return Err(not_the_code(wrong)) };
    let stretched = code::stretch(&code, party, device, &new.public_key).await.map_err(ClientError::from)?;
    if !stretched.fits(&new.check) {
        me.tries.insert(device, (wrong + 1, client.now()));
        record::save(client, party, &me).await?;
        return Err(not_the_code(wrong + 1));
    }
    let mut roster = me.roster.clone();
    roster.insert(device, new.public_key.clone());
    let made = || {
        let bound = Bound { party, device, code: Some(&stretched.bind) };
        let grant = keys::wrap(&me.ring, &me.pair()?, &new.public_key, bound)?;
        let sealed = keys::seal_roster(&me.ring, party, me.roster_revision + 1, &roster)?;
        Ok::<_, VaultError>(AdmitDevice { roster_base: me.roster_revision, roster: sealed, grant })
    };
    api.admit_device(device, &made().map_err(ClientError::from)?).await?;
    (me.roster, me.roster_revision) = (roster, me.roster_revision + 1);
    me.tries.remove(&device);
    record::save(client, party, &me).await?;
    round::bring_keys(client, &api, party, &mut me).await?;
    view(client).await
}

/// Wrong codes so far; refuses while no further one is judged.
fn judge_tries(client: &Client, me: &mut DeviceRecord, device: DeviceId) -> Result<u32, Problem> {
    let (wrong, last) = me.tries.get(&device).copied().unwrap_or((0, client.now()));
    let wait = last.millis() + WAIT_MILLIS - client.now().millis();
    if wrong < TRIES {
        return Ok(wrong);
    }
    if wait > 0 {
        return Err(Problem { retry_after_ms: Some(wait.unsigned_abs()), ..ProblemCode::TooMany.into() });
    }
    me.tries.remove(&device);
    Ok(0)
}

fn not_the_code(wrong: u32) -> Problem {
    Problem::new(ProblemCode::DeviceCodeWrong).with("left", TRIES.saturating_sub(wrong))
}

/// Takes another device out and makes a new account key for the ones that stay; one not admitted is only turned away.
pub(crate) async fn remove(client: &Client, device: DeviceId) -> Result<DevicesView, Problem> {
    let party = holder(client)?;
    {
        let _alone = client.services().follow.one_at_a_time.lock().await;
        let mut me = admitted(client, party).await?;
        let api = api(client).for_party(party);
        round::bring_keys(client, &api, party, &mut me).await?;
        let target = me.devices.iter().find(|known| known.id == device && device != me.id);
        match target.map(|target| target.admitted) {
            None => return Err(ProblemCode::NotFound.into()),
            Some(false) => api.leave_devices(device).await?,
            Some(true) => {
                let (body, ring, roster) = rotation(party, &me, device).map_err(ClientError::from)?;
                api.remove_device(device, &body).await?;
                (me.ring, me.roster, me.roster_revision) = (ring, roster, me.roster_revision + 1);
                record::save(client, party, &me).await?;
            }
        }
        round::bring_keys(client, &api, party, &mut me).await?;
    }
    // Everything kept at the platform is sealed anew under the new key.
    super::soon(client);
    view(client).await
}

type Rotated = (RemoveDevice, keys::Ring, keys::Roster);

/// A new key for the devices that the platform lists and this device trusts.
fn rotation(party: PartyId, me: &DeviceRecord, out: DeviceId) -> Result<Rotated, VaultError> {
    let ring = me.ring.with_next()?;
    let listed = |id: &DeviceId| me.devices.iter().any(|device| device.id == *id && device.admitted);
    let mut roster = me.roster.clone();
    roster.retain(|id, _| *id != out && listed(id));
    let mut grants = std::collections::BTreeMap::new();
    for (id, public) in &roster {
        let bound = Bound { party, device: *id, code: None };
        grants.insert(*id, keys::wrap(&ring, &me.pair()?, public, bound)?);
    }
    let sealed = keys::seal_roster(&ring, party, me.roster_revision + 1, &roster)?;
    let body = RemoveDevice { roster_base: me.roster_revision, roster: sealed, epoch: ring.newest(), grants };
    Ok((body, ring, roster))
}

/// For somebody whose other devices are gone: forgets them all, right after a sign-in, and begins with this one.
pub(crate) async fn begin_anew(client: &Client, name: &str) -> Result<DevicesView, Problem> {
    let party = holder(client)?;
    {
        let _alone = client.services().follow.one_at_a_time.lock().await;
        api(client).for_party(party).reset_devices().await?;
        let me = record::load(client, party).await?;
        if let Some(me) = me.filter(|me| !me.removed) {
            api(client).for_party(party).leave_devices(me.id).await?;
        }
        record::forget(client, party).await?;
    }
    turn_on(client, name).await
}

async fn admitted(client: &Client, party: PartyId) -> Result<DeviceRecord, Problem> {
    let me = record::load(client, party).await?.filter(DeviceRecord::is_admitted);
    me.ok_or_else(|| ProblemCode::DeviceNotAdmitted.into())
}
