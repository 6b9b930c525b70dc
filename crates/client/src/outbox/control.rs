//! What the resident can do with the outbox.

use haoban_domain::{
    ids::{CaseId, OutboxId},
    text::LocalText,
};
use haoban_wire::{
    Problem, ProblemCode,
    ui::{ClientEvent, OutboxAct, OutboxDiscard, OutboxList, OutboxPause, OutboxRetry, OutboxView},
};
use reqwest::Method;

use super::{
    acts::{Outcome, look_up},
    machine::{Effect, StepEvent, StepState},
    row::{Entry, EntryContent, Work, delete_entry, insert},
    view::{rows, visible},
    worker::{change, settle},
};
use crate::{
    Client, ClientError,
    drafts::{self, Standing, holder},
    http::{Request, transport_for},
};

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

async fn entry(client: &Client, id: OutboxId) -> Result<Entry, ClientError> {
    Ok(visible(client).await?.into_iter().find(|entry| entry.id == id).ok_or(ProblemCode::NotFound)?)
}

/// Takes an entry that was not sent back; its draft can be edited again.
pub async fn discard(client: &Client, request: OutboxDiscard) -> Result<OutboxView, ClientError> {
    let entry = entry(client, request.outbox_id).await?;
    refuse_if_taken(client, &entry).await?;
    for step in &entry.steps {
        client.outbox().stop(&step.id);
    }
    take_back(client, &entry).await?;
    end_uploads(client, &entry);
    client.emit(ClientEvent::OutboxChanged {});
    if let Some(draft_id) = entry.draft_id {
        client.emit(ClientEvent::DraftChanged { draft_id });
    }
    list(client, OutboxList {}).await
}

/// An act that left this device without a definite answer may have been taken: ask before taking it back.
async fn refuse_if_taken(client: &Client, entry: &Entry) -> Result<(), ClientError> {
    let Some(act) = entry.act_step() else { return Ok(()) };
    let sent = || ClientError::from(Problem::new(ProblemCode::NotAllowedNow).with("what", "sent"));
    if act.state == StepState::Sending {
        return Err(Problem::new(ProblemCode::NotAllowedNow).with("what", "sending").into());
    }
    let (true, Some(owner)) = (act.content.in_doubt, entry.content.owner) else { return Ok(()) };
    let Some(delivery) = look_up(client, owner, entry).await? else { return Ok(()) };
    change(client, &act.id, &StepEvent::Resumed).await?;
    change(client, &act.id, &StepEvent::Retried).await?;
    settle(client, &act.id, Outcome::Delivered(delivery)).await?;
    Err(sent())
}

async fn take_back(client: &Client, entry: &Entry) -> Result<(), ClientError> {
    let _rows = client.outbox().rows.lock().await;
    let still_there =
        visible(client).await?.into_iter().find(|other| other.id == entry.id).ok_or(ProblemCode::NotFound)?;
    if still_there.act_step().is_some_and(|act| act.state == StepState::Sending) {
        return Err(Problem::new(ProblemCode::NotAllowedNow).with("what", "sending").into());
    }
    let mut held = None;
    if let Some(draft) = entry.draft_id {
        let slot = client.drafts().lock(draft).await;
        let stored = drafts::load(client, draft).await?;
        held = Some((slot, stored));
    }
    let mut write = client.store()?.write().await?;
    delete_entry(&mut write, entry.id).await?;
    if let Some((_, stored)) = &mut held {
        stored.standing = Standing::Open;
        stored.revision += 1;
        drafts::update(&mut write, client.vault(), stored).await?;
    }
    write.commit().await?;
    if let Some((mut slot, _)) = held {
        *slot = None;
    }
    Ok(())
}

/// Tells the platform that begun uploads are not wanted; it also forgets them by itself.
fn end_uploads(client: &Client, entry: &Entry) {
    let Some(owner) = entry.content.owner else { return };
    let paths: Vec<String> = entry
        .steps
        .iter()
        .filter_map(|step| if let Work::Upload(upload) = &step.content.work { upload.path.clone() } else { None })
        .collect();
    let task_client = client.clone();
    client.spawn(async move {
        let transport = transport_for(&task_client, owner);
        let ending = task_client.cancelled();
        for path in paths {
            let request = Request {
                method: Method::DELETE,
                path,
                headers: vec![("tus-resumable", "1.0.0".to_owned())],
                body: bytes::Bytes::new(),
            };
            tokio::select! {
                _ = transport.send(request) => {}
                () = ending.cancelled() => return,
            }
        }
    });
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
