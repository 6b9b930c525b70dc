//! 公示: what is before the public, as the platform shows it to everybody, and one's own objections.

use std::time::Duration;

use haoban_domain::{ids::PartyId, time::Timestamp};
use haoban_wire::{
    Problem, ProblemCode,
    publicity::{MakeObjection, OBJECTION_LEAST, OBJECTION_MOST, Objection, PublicityPage},
    ui::{PublicityObject, PublicityView},
};

use crate::{Client, ClientError, http::api, parties, session, store::records};

const KIND: &str = "objections";
const SHOWN: &str = "publicity";
const ALL: &str = "all";
/// Longer than this nobody waits for a list that can be shown from the device.
const PATIENCE: Duration = Duration::from_secs(4);

/// Both lists: fresh when the platform answers soon, else as last read.
pub(crate) async fn open(client: &Client) -> Result<PublicityView, Problem> {
    match tokio::time::timeout(PATIENCE, refresh(client)).await {
        Ok(Ok(())) | Err(_) => {}
        Ok(Err(problem)) => tracing::debug!(code = problem.code.as_str(), "publicity was not refreshed"),
    }
    kept(client).await
}

/// Sends an objection. The page's key makes a second press harmless.
pub(crate) async fn object(client: &Client, request: PublicityObject) -> Result<PublicityView, Problem> {
    let party = session::party(client).ok_or(ProblemCode::SignedOut)?;
    let body = MakeObjection { reasons: request.reasons };
    let made = api(client).for_party(party).object(request.publicity_id, &request.key, &body).await?;
    keep(client, party, &made).await?;
    open(client).await
}

async fn refresh(client: &Client) -> Result<(), Problem> {
    let page = api(client).publicity().await?;
    let content = serde_json::to_vec(&(page, client.now())).map_err(|_| ProblemCode::Internal)?;
    let mut write = client.store()?.write().await.map_err(ClientError::from)?;
    records::put_public(&mut write, SHOWN, ALL, &content, client.now()).await.map_err(ClientError::from)?;
    write.commit().await.map_err(ClientError::from)?;
    if let Some(party) = session::party(client).filter(|_| session::is_signed_in(client)) {
        let made = api(client).for_party(party).objections().await?;
        keep(client, party, &made).await?;
    }
    Ok(())
}

async fn keep(client: &Client, party: PartyId, made: &[Objection]) -> Result<(), Problem> {
    Ok(records::put_one(client, &parties::kind(client, KIND, party)?, ALL, &made).await?)
}

async fn kept(client: &Client) -> Result<PublicityView, Problem> {
    let store = client.store()?;
    let content = records::read_public(store.reader(), SHOWN, ALL).await.map_err(ClientError::from)?;
    let shown: Option<(PublicityPage, Timestamp)> = content.and_then(|content| serde_json::from_slice(&content).ok());
    let objections = match session::party(client) {
        Some(party) => records::read::<Vec<Objection>>(client, &parties::kind(client, KIND, party)?, ALL).await?,
        None => None,
    };
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let (entries, synced_at) = shown.map_or_else(|| (Vec::new(), None), |(page, at)| (page.entries, Some(at)));
    Ok(PublicityView {
        entries,
        objections: objections.unwrap_or_default(),
        least: count(OBJECTION_LEAST),
        most: count(OBJECTION_MOST),
        synced_at,
    })
}
