//! The mirror of one's cases: sealed, by person, shown without network.

mod rows;

use haoban_domain::{
    case::CaseView,
    ids::{CaseId, PartyId},
    time::Timestamp,
};
use haoban_wire::{
    Problem, ProblemCode,
    ui::{CaseListView, CaseOpened, ClientEvent, OutboxList, ReceiptView},
};

use crate::{
    Client, ClientError,
    http::api,
    licences, outbox, parties, session,
    store::{Write, records},
};

pub(crate) use rows::{case_row, in_order, stands_alone};

const KIND: &str = "case";
const RECEIPT: &str = "receipt";
/// When the whole list was last read.
const SYNCED: &str = "cases_synced";

/// Keeps a case; an older view never replaces a newer one.
pub async fn store(write: &mut Write, client: &Client, party: PartyId, case: &CaseView) -> Result<(), ClientError> {
    let kind = parties::kind(client, KIND, party)?;
    records::put(write, client.vault(), &kind, &case.id.to_string(), case, client.now()).await?;
    Ok(())
}

/// Keeps a receipt.
pub async fn store_receipt(
    write: &mut Write,
    client: &Client,
    party: PartyId,
    id: CaseId,
    receipt: &ReceiptView,
) -> Result<(), ClientError> {
    let kind = parties::kind(client, RECEIPT, party)?;
    records::put(write, client.vault(), &kind, &id.to_string(), receipt, client.now()).await?;
    Ok(())
}

/// A case as kept for the person signed in.
pub async fn mirror(client: &Client, id: CaseId) -> Result<Option<CaseView>, ClientError> {
    let Some(party) = session::party(client) else { return Ok(None) };
    mirror_of(client, party, id).await.map(|found| found.map(|(case, _)| case))
}

pub(crate) async fn mirror_of(
    client: &Client,
    party: PartyId,
    id: CaseId,
) -> Result<Option<(CaseView, Timestamp)>, ClientError> {
    records::read_dated(client, &parties::kind(client, KIND, party)?, &id.to_string()).await
}

/// All cases of the person signed in, in order.
pub(crate) async fn all(client: &Client) -> Result<Vec<CaseView>, ClientError> {
    let Some(party) = session::party(client) else { return Ok(Vec::new()) };
    let found = records::list::<CaseView>(client, &parties::kind(client, KIND, party)?).await?;
    Ok(in_order(found.into_iter().map(|(_, case)| case).collect()))
}

/// The list.
pub(crate) async fn list(client: &Client) -> Result<CaseListView, Problem> {
    let today = client.now().city_date();
    let cases = all(client).await?;
    let cases = cases.iter().filter(|case| stands_alone(case)).map(|case| case_row(case, today)).collect();
    let outbox = outbox::list(client, OutboxList {}).await?.entries;
    Ok(CaseListView { cases, outbox, synced_at: synced_at(client).await? })
}

async fn synced_at(client: &Client) -> Result<Option<Timestamp>, ClientError> {
    let Some(party) = session::party(client) else { return Ok(None) };
    let found = records::read_dated::<()>(client, &parties::kind(client, SYNCED, party)?, "all").await?;
    Ok(found.map(|(_, at)| at))
}

/// One case with its receipt, its licence and what is still on its way. Read again behind the caller.
pub(crate) async fn open(client: &Client, id: CaseId) -> Result<CaseOpened, Problem> {
    let outbox = outbox::row_of_case(client, id).await;
    let Some(party) = session::party(client) else { return nothing_but(outbox) };
    let Some((case, at)) = mirror_of(client, party, id).await? else {
        refresh_soon(client, party, id);
        return nothing_but(outbox);
    };
    let receipt = receipt(client, party, id).await?;
    // The parts of a joint case share the receipt of the whole.
    if receipt.is_none() && case.parent.is_none() {
        refresh_receipt_soon(client, party, id);
    }
    let issued = case.decision.as_ref().and_then(|decision| decision.licence);
    let licence = match issued {
        Some(issued) => licences::cached(client).await.into_iter().find(|licence| licence.id == issued),
        None => None,
    };
    refresh_soon(client, party, id);
    Ok(CaseOpened { case: Some(case), outbox, receipt, licence, synced_at: Some(at) })
}

fn nothing_but(outbox: Option<haoban_wire::ui::OutboxRow>) -> Result<CaseOpened, Problem> {
    if outbox.is_none() {
        return Err(ProblemCode::NotFound.into());
    }
    Ok(CaseOpened { case: None, outbox, receipt: None, licence: None, synced_at: None })
}

/// The receipt as kept.
pub(crate) async fn receipt(client: &Client, party: PartyId, id: CaseId) -> Result<Option<ReceiptView>, ClientError> {
    records::read(client, &parties::kind(client, RECEIPT, party)?, &id.to_string()).await
}

/// Reads the whole list anew.
pub(crate) async fn refresh_all(client: &Client, party: PartyId) -> Result<(), Problem> {
    let cases = api(client).for_party(party).cases().await?;
    let mut changed = Vec::new();
    for case in cases {
        let known = mirror_of(client, party, case.id).await?;
        if known.is_none_or(|(known, _)| known != case && known.revision <= case.revision) {
            changed.push(case);
        }
    }
    keep_list(client, party, &changed).await?;
    for case in &changed {
        client.emit(ClientEvent::CaseChanged { case_id: case.id });
    }
    Ok(())
}

async fn keep_list(client: &Client, party: PartyId, changed: &[CaseView]) -> Result<(), ClientError> {
    let mut write = client.store()?.write().await?;
    for case in changed {
        store(&mut write, client, party, case).await?;
    }
    records::put(&mut write, client.vault(), &parties::kind(client, SYNCED, party)?, "all", &(), client.now()).await?;
    Ok(write.commit().await?)
}

/// Reads one case anew.
pub(crate) async fn refresh(client: &Client, party: PartyId, id: CaseId) -> Result<(), Problem> {
    let case = api(client).for_party(party).case(id).await?;
    let known = mirror_of(client, party, id).await?;
    if known.as_ref().is_some_and(|(known, _)| known.revision > case.revision) {
        return Ok(());
    }
    let mut write = client.store()?.write().await.map_err(ClientError::from)?;
    store(&mut write, client, party, &case).await?;
    write.commit().await.map_err(ClientError::from)?;
    if known.is_none_or(|(known, _)| known != case) {
        client.emit(ClientEvent::CaseChanged { case_id: id });
    }
    Ok(())
}

fn refresh_soon(client: &Client, party: PartyId, id: CaseId) {
    crate::sync::behind(client, format!("case {id}"), move |client| async move { refresh(&client, party, id).await });
}

/// A case sent from another device: its receipt is fetched, its signature judged.
fn refresh_receipt_soon(client: &Client, party: PartyId, id: CaseId) {
    crate::sync::behind(client, format!("receipt {id}"), move |client| async move {
        let receipt = api(&client).for_party(party).case_receipt(id).await?;
        let verified = crate::receipt::verify_alone(&client, &receipt, id).await?;
        let mut write = client.store()?.write().await.map_err(ClientError::from)?;
        store_receipt(&mut write, &client, party, id, &ReceiptView { receipt, verified }).await?;
        write.commit().await.map_err(ClientError::from)?;
        client.emit(ClientEvent::CaseChanged { case_id: id });
        Ok(())
    });
}
