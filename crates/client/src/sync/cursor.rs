//! How far a person's events were applied on this device.

use haoban_domain::{ids::PartyId, time::Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    Client, ClientError, parties,
    store::{Write, records},
};

const KIND: &str = "cursor";
const EVENTS: &str = "events";

/// A place in the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cursor {
    /// Last event that took effect.
    pub(crate) seq: i64,
    /// When this device began to follow: what is older is history, not news.
    pub(crate) since: Timestamp,
}

impl Cursor {
    /// The place after an event; `None` when it took effect before.
    pub(crate) fn past(self, seq: i64) -> Option<Self> {
        (seq > self.seq).then_some(Self { seq, ..self })
    }
}

/// The place, or the beginning.
pub(super) async fn load(client: &Client, party: PartyId) -> Result<Cursor, ClientError> {
    let kind = parties::kind(client, KIND, party)?;
    if let Some(kept) = records::read(client, &kind, EVENTS).await? {
        return Ok(kept);
    }
    // Kept at once: a beginning that moved with the clock would make history of the first news.
    let begun = Cursor { seq: 0, since: client.now() };
    let mut write = client.store()?.write().await?;
    put(&mut write, client, party, begun).await?;
    write.commit().await?;
    Ok(begun)
}

/// Moves it, inside the transaction of the effect.
pub(super) async fn put(write: &mut Write, client: &Client, party: PartyId, cursor: Cursor) -> Result<(), ClientError> {
    let kind = parties::kind(client, KIND, party)?;
    records::put(write, client.vault(), &kind, EVENTS, &cursor, client.now()).await?;
    Ok(())
}
