//! Who looked at my data: the platform's ledger, kept sealed so that it can be read without network.

use std::time::Duration;

use haoban_domain::{ids::PartyId, time::Timestamp};
use haoban_wire::{Problem, http::AccessEntry, ui::AccessLogView};

use crate::{Client, ClientError, http::api, parties, session, store::records};

const KIND: &str = "access";
const ALL: &str = "all";
/// Longer than this nobody waits for a list that can be shown from the device.
const PATIENCE: Duration = Duration::from_secs(4);

/// The ledger: fresh when the platform answers soon, else as last read.
pub(crate) async fn open(client: &Client) -> Result<AccessLogView, Problem> {
    let Some(party) = session::party(client) else { return Ok(AccessLogView { entries: Vec::new(), synced_at: None }) };
    if session::is_signed_in(client) && client.services().link.connectivity().online() {
        match tokio::time::timeout(PATIENCE, refresh(client, party)).await {
            Ok(Ok(())) | Err(_) => {}
            Ok(Err(problem)) => tracing::debug!(code = problem.code.as_str(), "the access log was not refreshed"),
        }
    }
    let (entries, synced_at) =
        kept(client, party).await?.map_or_else(|| (Vec::new(), None), |(entries, at)| (entries, Some(at)));
    Ok(AccessLogView { entries, synced_at })
}

async fn kept(client: &Client, party: PartyId) -> Result<Option<(Vec<AccessEntry>, Timestamp)>, ClientError> {
    records::read_dated(client, &parties::kind(client, KIND, party)?, ALL).await
}

async fn refresh(client: &Client, party: PartyId) -> Result<(), Problem> {
    let entries = api(client).for_party(party).access_log().await?;
    Ok(records::put_one(client, &parties::kind(client, KIND, party)?, ALL, &entries).await?)
}
