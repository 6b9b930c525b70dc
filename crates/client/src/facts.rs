//! What registers answered for an item, as last fetched, sealed, under the person it is about.

use haoban_wire::{Problem, http::ItemFacts, ui::ClientEvent};

use crate::{Client, ClientError, http::api, parties, session, store::records};

const KIND: &str = "facts";
/// Facts are read again after an hour. Not sooner: every reading stands in the resident's access log.
const FRESH_MILLIS: i64 = 60 * 60 * 1000;

/// Facts cached for an item; `None` when they were never fetched for the person signed in.
pub async fn cached(client: &Client, code: &str) -> Option<ItemFacts> {
    dated(client, code).await.ok().flatten().map(|(facts, _)| facts)
}

/// Everything cached for the person signed in, whichever item it was read for.
pub async fn all_cached(client: &Client) -> Vec<haoban_domain::person::Facts> {
    let read = async {
        let Some(party) = session::party(client) else { return Ok(Vec::new()) };
        let found = records::list::<ItemFacts>(client, &parties::kind(client, KIND, party)?).await?;
        Ok::<_, ClientError>(found.into_iter().map(|(_, kept)| kept.facts).collect())
    };
    read.await.unwrap_or_default()
}

async fn dated(
    client: &Client,
    code: &str,
) -> Result<Option<(ItemFacts, haoban_domain::time::Timestamp)>, ClientError> {
    let Some(party) = session::party(client) else { return Ok(None) };
    let kind = parties::kind(client, KIND, party)?;
    let id = client.vault().blind(KIND, code)?;
    records::read_dated(client, &kind, &id).await
}

/// Reads them again behind the caller when they are old. Never waits, never fails.
pub fn refresh_soon(client: &Client, code: &str) {
    if session::is_signed_in(client) {
        let code = code.to_owned();
        crate::sync::behind(client, format!("facts {code}"), move |client| async move {
            refresh_if_old(&client, &code).await
        });
    }
}

async fn refresh_if_old(client: &Client, code: &str) -> Result<(), Problem> {
    if let Some((_, at)) = dated(client, code).await?
        && client.now().millis().saturating_sub(at.millis()) < FRESH_MILLIS
    {
        return Ok(());
    }
    refresh(client, code).await
}

/// Reads them now.
pub async fn refresh(client: &Client, code: &str) -> Result<(), Problem> {
    let party = session::party(client).ok_or(haoban_wire::ProblemCode::SignedOut)?;
    let facts = api(client).for_party(party).item_facts(code).await?;
    keep(client, party, code, &facts).await?;
    client.emit(ClientEvent::FactsChanged { item_code: code.to_owned() });
    Ok(())
}

async fn keep(
    client: &Client,
    party: haoban_domain::ids::PartyId,
    code: &str,
    facts: &ItemFacts,
) -> Result<(), ClientError> {
    let kind = parties::kind(client, KIND, party)?;
    let id = client.vault().blind(KIND, code)?;
    records::put_one(client, &kind, &id, facts).await
}
