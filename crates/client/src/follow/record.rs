//! What a device knows of following, sealed: its own standing, and per draft what was last agreed on.

use std::collections::BTreeMap;

use haoban_domain::{
    ids::{DeviceId, DraftId, PartyId},
    time::Timestamp,
};
use haoban_wire::follow::{DeviceInfo, FollowState};
use serde::{Deserialize, Serialize};

use super::{
    keys::{Pair, Ring, Roster},
    shared::Shared,
};
use crate::{
    Client, ClientError, parties,
    store::{Write, records},
    vault::VaultError,
};

const KIND: &str = "follow";
const DRAFTS: &str = "followed";
const DEVICE: &str = "device";

/// This device as the others know it.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct DeviceRecord {
    pub(super) id: DeviceId,
    pub(super) name: String,
    /// Private key (hex).
    pub(super) private: String,
    /// Shown until another device admits this one.
    pub(super) code: String,
    /// Check and key made from it (hex).
    pub(super) check: String,
    pub(super) bind: String,
    pub(super) ring: Ring,
    pub(super) roster: Roster,
    pub(super) roster_revision: u64,
    /// As the platform last listed them.
    pub(super) devices: Vec<DeviceInfo>,
    /// Wrong codes typed here for a new device, and when the last was.
    pub(super) tries: BTreeMap<DeviceId, (u32, Timestamp)>,
    /// Another device took this one out.
    pub(super) removed: bool,
    pub(super) synced_at: Option<Timestamp>,
}

impl DeviceRecord {
    pub(super) fn pair(&self) -> Result<Pair, VaultError> {
        Pair::read(&self.private)
    }

    /// Whether it has the account key.
    pub(super) fn is_admitted(&self) -> bool {
        !self.removed && self.ring.newest() > 0
    }

    /// Nothing of the keys stays; the resident is told why.
    pub(super) fn lose_everything(&mut self) {
        self.removed = true;
        self.private.clear();
        self.code.clear();
        self.bind.clear();
        self.ring = Ring::default();
        self.roster.clear();
        self.devices.clear();
    }
}

/// Where a draft stands between the devices.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Mark {
    /// Revision at the platform that took effect here.
    pub(super) revision: u64,
    pub(super) epoch: u64,
    pub(super) state: FollowState,
    /// What all agreed on at that revision.
    pub(super) base: Option<Shared>,
}

/// Reads this device's record.
pub(super) async fn load(client: &Client, party: PartyId) -> Result<Option<DeviceRecord>, ClientError> {
    records::read(client, &parties::kind(client, KIND, party)?, DEVICE).await
}

/// Writes it.
pub(super) async fn save(client: &Client, party: PartyId, record: &DeviceRecord) -> Result<(), ClientError> {
    records::put_one(client, &parties::kind(client, KIND, party)?, DEVICE, record).await
}

/// Following is over here: keys and marks go, drafts stay.
pub(super) async fn forget(client: &Client, party: PartyId) -> Result<(), ClientError> {
    let mut write = client.store()?.write().await?;
    records::clear(&mut write, &parties::kind(client, KIND, party)?).await?;
    records::clear(&mut write, &parties::kind(client, DRAFTS, party)?).await?;
    Ok(write.commit().await?)
}

/// Marks of another account key's beginning mean nothing to a new one.
pub(super) async fn forget_marks(client: &Client, party: PartyId) -> Result<(), ClientError> {
    let mut write = client.store()?.write().await?;
    records::clear(&mut write, &parties::kind(client, DRAFTS, party)?).await?;
    Ok(write.commit().await?)
}

/// All marks.
pub(super) async fn marks(client: &Client, party: PartyId) -> Result<BTreeMap<DraftId, Mark>, ClientError> {
    let found = records::list::<Mark>(client, &parties::kind(client, DRAFTS, party)?).await?;
    Ok(found.into_iter().filter_map(|(id, mark)| Some((id.parse().ok()?, mark))).collect())
}

/// The mark of one draft, and when it was written.
pub(super) async fn mark(
    client: &Client,
    party: PartyId,
    id: DraftId,
) -> Result<Option<(Mark, Timestamp)>, ClientError> {
    records::read_dated(client, &parties::kind(client, DRAFTS, party)?, &id.to_string()).await
}

/// Writes a mark inside the transaction of what it tells.
pub(super) async fn put_mark(
    write: &mut Write,
    client: &Client,
    party: PartyId,
    id: DraftId,
    mark: &Mark,
) -> Result<(), ClientError> {
    let kind = parties::kind(client, DRAFTS, party)?;
    records::put(write, client.vault(), &kind, &id.to_string(), mark, client.now()).await?;
    Ok(())
}
