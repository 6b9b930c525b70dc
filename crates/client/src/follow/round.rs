//! One round: keys first, then what others changed, then what was changed here.

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use haoban_domain::ids::{DraftId, PartyId};
use haoban_wire::{
    Problem, ProblemCode,
    follow::{AdmitDevice, DevicePage, FollowRow, FollowState, PutDraft, RegisterDevice},
    ui::ClientEvent,
};

use super::{
    keys::{self, Bound, Ring},
    record::{self, DeviceRecord, Mark},
    says_removed,
    shared::Shared,
    take::{self, Taken},
};
use crate::{
    Client, ClientError,
    drafts::{Standing, StoredDraft, load_all},
    http::{Api, api},
    vault::VaultError,
};

/// Times a round begins again because another device was first.
const TRIES: usize = 5;

/// Runs it.
pub(super) async fn run(client: &Client, party: PartyId) -> Result<(), Problem> {
    let Some(mut me) = record::load(client, party).await?.filter(|me| !me.removed) else { return Ok(()) };
    let api = api(client).for_party(party);
    for _ in 0..TRIES {
        if !bring_keys(client, &api, party, &mut me).await? {
            return Ok(());
        }
        match bring_drafts(client, &api, party, &me).await {
            Ok(()) => {
                me.synced_at = Some(client.now());
                record::save(client, party, &me).await?;
                client.emit(ClientEvent::DevicesChanged {});
                return Ok(());
            }
            Err(problem) if matches!(problem.code, ProblemCode::RevisionConflict | ProblemCode::FollowEpoch) => {}
            Err(problem) => return Err(problem),
        }
    }
    Err(ProblemCode::RevisionConflict.into())
}

/// Devices, grant and roster as the platform has them; false while this device has no account key.
pub(super) async fn bring_keys(
    client: &Client,
    api: &Api,
    party: PartyId,
    me: &mut DeviceRecord,
) -> Result<bool, Problem> {
    let page = match listed(api, me).await {
        Err(problem) if says_removed(&problem) => {
            super::removed(client, party, me).await?;
            return Ok(false);
        }
        page => page?,
    };
    let before = (me.ring.newest(), me.devices.clone());
    if page.epoch == 0 {
        be_first(client, api, party, me).await?;
        me.devices = listed(api, me).await?.devices;
    } else {
        match take_keys(party, me, &page) {
            Err(problem) if says_removed(&problem) => {
                super::removed(client, party, me).await?;
                return Ok(false);
            }
            taken => taken?,
        }
        me.devices = page.devices;
    }
    record::save(client, party, me).await?;
    if before != (me.ring.newest(), me.devices.clone()) {
        client.emit(ClientEvent::DevicesChanged {});
    }
    Ok(me.is_admitted())
}

/// The page of devices; registers this one when it is not known under the session at hand.
async fn listed(api: &Api, me: &DeviceRecord) -> Result<DevicePage, Problem> {
    let page = api.devices().await?;
    if page.devices.iter().any(|device| device.id == me.id && device.mine && device.name == me.name) {
        return Ok(page);
    }
    let public_key = me.pair().and_then(|pair| pair.public()).map_err(ClientError::from)?;
    let body = RegisterDevice { name: me.name.clone(), public_key, check: me.check.clone() };
    api.register_device(me.id, &body).await?;
    api.devices().await
}

/// Nobody follows yet: this device makes the account key.
async fn be_first(client: &Client, api: &Api, party: PartyId, me: &mut DeviceRecord) -> Result<(), Problem> {
    record::forget_marks(client, party).await?;
    let made = || {
        let pair = me.pair()?;
        let public = pair.public()?;
        let ring = Ring::begin()?;
        let roster = [(me.id, public.clone())].into();
        let grant = keys::wrap(&ring, &pair, &public, Bound { party, device: me.id, code: None })?;
        let body = AdmitDevice { roster_base: 0, roster: keys::seal_roster(&ring, party, 1, &roster)?, grant };
        Ok::<_, VaultError>((ring, roster, body))
    };
    let (ring, roster, body) = made().map_err(ClientError::from)?;
    // Kept before it is told: a key that is in force must never be lost between two answers.
    (me.ring, me.roster, me.roster_revision) = (ring, roster, 1);
    record::save(client, party, me).await?;
    if let Err(problem) = api.admit_device(me.id, &body).await {
        let page = api.devices().await?;
        let in_force = page.grant.is_some_and(|grant| grant.sealed == body.grant.sealed);
        if !in_force {
            (me.ring, me.roster, me.roster_revision) = (Ring::default(), [].into(), 0);
            record::save(client, party, me).await?;
            return Err(problem);
        }
    }
    Ok(())
}

fn take_keys(party: PartyId, me: &mut DeviceRecord, page: &DevicePage) -> Result<(), Problem> {
    if page.epoch < me.ring.newest() {
        tracing::error!("the platform tells of an account key that was replaced; nothing is taken");
        return Err(ProblemCode::Internal.into());
    }
    if page.epoch > me.ring.newest() {
        let Some(grant) = page.grant.as_ref().filter(|grant| grant.epoch == page.epoch) else { return Ok(()) };
        let first = me.ring.newest() == 0;
        // A later key is taken only from a device this one trusts already.
        if !first && !me.roster.values().any(|known| *known == grant.from) {
            return Err(ProblemCode::DeviceRemoved.into());
        }
        let opened = || {
            let code = bind_of(me)?;
            let bound = Bound { party, device: me.id, code: first.then_some(&code) };
            keys::unwrap(grant, &me.pair()?, bound)
        };
        me.ring = opened().map_err(|_| Problem::new(ProblemCode::DeviceNotAdmitted).with("what", "grant"))?;
        me.roster_revision = 0;
    }
    if page.roster_revision > me.roster_revision
        && let Some(sealed) = &page.roster
    {
        let roster = keys::open_roster(&me.ring, party, page.roster_revision, sealed).map_err(ClientError::from)?;
        (me.roster, me.roster_revision) = (roster, page.roster_revision);
    }
    Ok(())
}

fn bind_of(me: &DeviceRecord) -> Result<crate::vault::Key, VaultError> {
    let mut key = crate::vault::Key::default();
    hex::decode_to_slice(&me.bind, key.as_mut_slice()).map_err(|_| VaultError::NotGenuine)?;
    Ok(key)
}

async fn bring_drafts(client: &Client, api: &Api, party: PartyId, me: &DeviceRecord) -> Result<(), Problem> {
    let page = api.followed().await?;
    if page.epoch != me.ring.newest() {
        return Err(ProblemCode::FollowEpoch.into());
    }
    let marks = record::marks(client, party).await?;
    // What cannot be taken yet is not told over either.
    let mut later = BTreeSet::new();
    for row in &page.drafts {
        let known = marks.get(&row.draft_id).map_or(0, |mark| mark.revision);
        if known > row.revision {
            went_back(client, party, row).await?;
        }
        if known != row.revision && pull(client, api, party, me, row.draft_id).await? == Taken::Later {
            later.insert(row.draft_id);
        }
    }
    let mut marks = record::marks(client, party).await?;
    // What the platform does not hold any more is told anew, as if for the first time.
    marks.retain(|id, _| page.drafts.iter().any(|row| row.draft_id == *id));
    for draft in load_all(client).await? {
        let mine = draft.record.owner == Some(party) && draft.record.correction.is_none();
        if mine && !later.contains(&draft.id) {
            push(client, api, party, me, &draft, &marks).await?;
        }
    }
    Ok(())
}

/// The platform was brought back from an older copy (or says so). What all agreed on is unknown again: where the older
/// content differs from what is here the resident is asked, and nothing is overwritten.
async fn went_back(client: &Client, party: PartyId, row: &FollowRow) -> Result<(), ClientError> {
    let mark = Mark { revision: 0, epoch: row.epoch, state: FollowState::Open, base: None };
    let mut write = client.store()?.write().await?;
    record::put_mark(&mut write, client, party, row.draft_id, &mark).await?;
    Ok(write.commit().await?)
}

async fn pull(client: &Client, api: &Api, party: PartyId, me: &DeviceRecord, id: DraftId) -> Result<Taken, Problem> {
    let found = api.followed_draft(id).await?;
    let opened = || {
        let sealed = BASE64.decode(&found.sealed).map_err(|_| VaultError::NotGenuine)?;
        keys::open_draft::<Option<Shared>>(&me.ring, party, &found.row, &sealed)
    };
    let content = match opened() {
        Ok(content) if found.row.draft_id == id => content,
        _ => {
            // Changed on the way or at the platform: nothing of it is taken, and the others do not wait for it.
            tracing::error!(draft = %id, "a draft from another device is not genuine");
            return Ok(Taken::Later);
        }
    };
    let taken = take::take(client, party, &found.row, content).await?;
    if taken == Taken::Changed {
        client.emit(ClientEvent::DraftChanged { draft_id: id });
    }
    Ok(taken)
}

/// What this device has to tell of a draft, if anything.
fn wanted(draft: &StoredDraft, mark: Option<&Mark>, epoch: u64) -> Option<(FollowState, Option<Shared>)> {
    match (draft.standing, mark) {
        (Standing::Open, mark) => {
            let shared = Shared::of(&draft.record);
            let told = mark.is_some_and(|mark| {
                mark.state == FollowState::Open && mark.epoch == epoch && mark.base.as_ref() == Some(&shared)
            });
            (!told).then_some((FollowState::Open, Some(shared)))
        }
        (Standing::Deleted, Some(mark)) if mark.state == FollowState::Open => Some((FollowState::Deleted, None)),
        (Standing::Sent, Some(mark)) if mark.state != FollowState::Sent => Some((FollowState::Sent, None)),
        _ => None,
    }
}

async fn push(
    client: &Client,
    api: &Api,
    party: PartyId,
    me: &DeviceRecord,
    draft: &StoredDraft,
    marks: &BTreeMap<DraftId, Mark>,
) -> Result<(), Problem> {
    let mark = marks.get(&draft.id);
    let Some((state, content)) = wanted(draft, mark, me.ring.newest()) else { return Ok(()) };
    let base = mark.map_or(0, |mark| mark.revision);
    let row = keys::next_row(&me.ring, draft.id, base, client.now(), state);
    let sealed = keys::seal_draft(&me.ring, party, &row, &content).map_err(ClientError::from)?;
    let body = PutDraft { base, revision: row.revision, epoch: row.epoch, state, sealed: BASE64.encode(sealed) };
    let FollowRow { revision, epoch, .. } = api.put_followed(draft.id, &body).await?;
    let base = content.or_else(|| mark.and_then(|mark| mark.base.clone()));
    let mark = Mark { revision, epoch, state, base };
    let mut write = client.store()?.write().await.map_err(ClientError::from)?;
    record::put_mark(&mut write, client, party, draft.id, &mark).await?;
    Ok(write.commit().await.map_err(ClientError::from)?)
}

#[cfg(test)]
mod tests {
    use haoban_domain::ids::DeviceId;
    use haoban_wire::follow::DeviceGrant;

    use super::*;
    use crate::follow::keys::Pair;

    const PARTY: [u8; 10] = [1; 10];

    fn device(byte: u8) -> DeviceId {
        DeviceId::new(1, [byte; 10])
    }

    fn party() -> PartyId {
        PartyId::new(1, PARTY)
    }

    fn record(ring: Ring, roster: keys::Roster) -> DeviceRecord {
        DeviceRecord {
            id: device(1),
            name: "a".into(),
            private: Pair::fresh().unwrap(),
            code: "ABCDEFGH".into(),
            check: String::new(),
            bind: hex::encode([7; 32]),
            ring,
            roster,
            roster_revision: 1,
            devices: Vec::new(),
            tries: BTreeMap::new(),
            removed: false,
            synced_at: None,
        }
    }

    fn page(epoch: u64, grant: DeviceGrant) -> DevicePage {
        DevicePage { epoch, roster_revision: 1, roster: None, grant: Some(grant), devices: Vec::new() }
    }

    fn granted(me: &DeviceRecord, ring: &Ring, from: &Pair, code: Option<[u8; 32]>) -> DevicePage {
        let code = code.map(zeroize::Zeroizing::new);
        let bound = Bound { party: party(), device: me.id, code: code.as_ref() };
        let grant = keys::wrap(ring, from, &me.pair().unwrap().public().unwrap(), bound).unwrap();
        page(ring.newest(), grant)
    }

    #[test]
    fn a_first_key_is_taken_under_the_code_only() {
        let (mut me, other) = (record(Ring::default(), [].into()), Pair::read(&Pair::fresh().unwrap()).unwrap());
        let ring = Ring::begin().unwrap();
        for forged in [Some([8; 32]), None] {
            let page = granted(&me, &ring, &other, forged);
            let refused = take_keys(party(), &mut me, &page).unwrap_err();
            assert_eq!(refused.code, ProblemCode::DeviceNotAdmitted, "the platform's own key");
            assert!(!me.is_admitted());
        }
        let page = granted(&me, &ring, &other, Some([7; 32]));
        take_keys(party(), &mut me, &page).unwrap();
        assert!(me.is_admitted() && me.ring == ring);
    }

    #[test]
    fn a_later_key_is_taken_from_a_trusted_device_only() {
        let [trusted, stranger] = [0; 2].map(|_| Pair::read(&Pair::fresh().unwrap()).unwrap());
        let ring = Ring::begin().unwrap();
        let mut me = record(ring.clone(), [(device(2), trusted.public().unwrap())].into());
        let next = ring.with_next().unwrap();
        let page = granted(&me, &next, &stranger, None);
        assert_eq!(take_keys(party(), &mut me, &page).unwrap_err().code, ProblemCode::DeviceRemoved);
        assert!(me.ring == ring, "nothing was taken");
        let page = granted(&me, &next, &trusted, None);
        take_keys(party(), &mut me, &page).unwrap();
        assert!(me.ring == next);
        let older = granted(&me, &ring, &trusted, None);
        assert!(take_keys(party(), &mut me, &older).is_err(), "a replaced key does not come back");
        assert!(me.ring == next);
    }
}
