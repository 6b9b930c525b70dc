//! What the resident can do with the outbox.

use haoban_domain::{
    ids::{CaseId, OutboxId},
    text::LocalText,
};
use haoban_wire::{
    ProblemCode,
    ui::{ClientEvent, OutboxAct, OutboxList, OutboxPause, OutboxRetry, OutboxView},
};

use super::{
    machine::{Effect, StepEvent},
    row::{Entry, EntryContent, Work, insert},
    view::{rows, visible},
    worker::change,
};
use crate::{Client, ClientError, drafts::holder};

/// Lists the outbox.
pub async fn list(client: &Client, _request: OutboxList) -> Result<OutboxView, ClientError> {
    client.store()?;
    let connectivity = client.services().link.connectivity();
    Ok(OutboxView {
        entries: rows(client).await,
        online: connectivity.online(),
        last_online: connectivity.last_online(),
    })
}

/// Tries again now: one entry, or all.
pub async fn retry(client: &Client, request: OutboxRetry) -> Result<OutboxView, ClientError> {
    for entry in visible(client).await?.iter().filter(|entry| request.outbox_id.is_none_or(|id| id == entry.id)) {
        for step in &entry.steps {
            change(client, &step.id, &StepEvent::Retried).await?;
        }
    }
    client.outbox().poke();
    client.emit(ClientEvent::OutboxChanged {});
    list(client, OutboxList {}).await
}

/// Pauses or resumes an entry.
pub async fn pause(client: &Client, request: OutboxPause) -> Result<OutboxView, ClientError> {
    let event = if request.paused { StepEvent::Paused } else { StepEvent::Resumed };
    for step in &entry(client, request.outbox_id).await?.steps {
        let effects = change(client, &step.id, &event).await?;
        if effects.is_some_and(|effects| effects.contains(&Effect::Stop)) {
            client.outbox().stop(&step.id);
        }
    }
    client.outbox().poke();
    client.emit(ClientEvent::OutboxChanged {});
    list(client, OutboxList {}).await
}

/// An entry of the person at the screen that is not done.
pub(super) async fn entry(client: &Client, id: OutboxId) -> Result<Entry, ClientError> {
    Ok(visible(client).await?.into_iter().find(|entry| entry.id == id).ok_or(ProblemCode::NotFound)?)
}

/// Queues the withdrawal of a case.
pub async fn queue_withdrawal(
    client: &Client,
    case_id: CaseId,
    item_name: LocalText,
    reason: String,
) -> Result<OutboxId, ClientError> {
    let queued = visible(client)
        .await?
        .into_iter()
        .find(|entry| entry.case_id == case_id && entry.content.act == OutboxAct::Withdraw);
    if let Some(entry) = queued {
        return Ok(entry.id);
    }
    let now = client.now();
    let id = OutboxId::new(now.millis(), client.random()?);
    let content = EntryContent { act: OutboxAct::Withdraw, owner: holder(client), item_name, deadline: None };
    let mut write = client.store()?.write().await?;
    insert(&mut write, client.vault(), (id, None, case_id, now), &content, vec![Work::Withdraw { case_id, reason }])
        .await?;
    write.commit().await?;
    client.emit(ClientEvent::OutboxChanged {});
    client.outbox().poke();
    Ok(id)
}
