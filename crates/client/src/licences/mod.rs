//! Licences held (证照), sealed on the device; showing one needs the platform.

use haoban_domain::{
    ids::{LicenceId, PartyId},
    licence::Licence,
    time::Timestamp,
};
use haoban_wire::{
    Problem, ProblemCode,
    ui::{ClientEvent, LicenceListView, LicencePresented},
};

use crate::{
    Client, ClientError,
    http::api,
    parties, session,
    store::{Write, records},
};

const KIND: &str = "licences";
const ALL: &str = "all";

/// Licences cached on this device for the person signed in.
pub async fn cached(client: &Client) -> Vec<Licence> {
    dated(client).await.ok().flatten().map(|(licences, _)| licences).unwrap_or_default()
}

async fn dated(client: &Client) -> Result<Option<(Vec<Licence>, Timestamp)>, ClientError> {
    let Some(party) = session::party(client) else { return Ok(None) };
    records::read_dated(client, &parties::kind(client, KIND, party)?, ALL).await
}

/// The list as kept; it is refreshed behind the caller by the sync.
pub(crate) async fn list(client: &Client) -> Result<LicenceListView, Problem> {
    let known = dated(client).await?;
    let (licences, synced_at) = known.map_or_else(|| (Vec::new(), None), |(licences, at)| (licences, Some(at)));
    Ok(LicenceListView { licences, synced_at })
}

/// Fetches and keeps them.
pub(crate) async fn refresh(client: &Client, party: PartyId) -> Result<(), Problem> {
    let licences = api(client).for_party(party).licences().await?;
    let changed = cached(client).await != licences;
    let mut write = client.store()?.write().await.map_err(ClientError::from)?;
    keep(&mut write, client, party, &licences).await?;
    write.commit().await.map_err(ClientError::from)?;
    if changed {
        client.emit(ClientEvent::LicencesChanged {});
    }
    Ok(())
}

/// Keeps a fetched list inside a transaction.
pub(crate) async fn keep(
    write: &mut Write,
    client: &Client,
    party: PartyId,
    licences: &[Licence],
) -> Result<(), ClientError> {
    let kind = parties::kind(client, KIND, party)?;
    records::put(write, client.vault(), &kind, ALL, &licences, client.now()).await?;
    Ok(())
}

/// Asks the platform for a code that lives a minute.
pub(crate) async fn present(client: &Client, id: LicenceId) -> Result<LicencePresented, Problem> {
    let licence = cached(client).await.into_iter().find(|licence| licence.id == id).ok_or(ProblemCode::NotFound)?;
    let presentation = api(client).present_licence(id).await?;
    let (qr, qr_width) = crate::receipt::qr_modules(&presentation.payload)?;
    Ok(LicencePresented { licence, presentation, qr, qr_width })
}
