//! Taking an entry back before it arrived: to be changed, or given up.
//!
//! An act that left this device without a definite answer may have been taken, and one whose key is used up was. Both
//! are asked for first: what the platform has is a case and no longer a draft. The key of a draft never changes, so
//! whatever is sent later can at most be refused, and there is at most one case.

use haoban_domain::ids::CaseId;
use haoban_wire::{
    Problem, ProblemCode,
    ui::{ClientEvent, OutboxAct, OutboxDiscard, OutboxEdit, OutboxEdited, OutboxList, OutboxView},
};
use reqwest::Method;

use super::{
    acts::{Outcome, look_up},
    control::{entry, list},
    machine::{StepEvent, StepState},
    row::{Entry, Step, Work, delete_entry},
    view::visible,
    worker::{change, settle},
};
use crate::{
    Client, ClientError,
    drafts::{self, Standing},
    follow,
    http::{Request, transport_for},
};

/// Whether an act may be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WayBack {
    /// It is on its way, and what becomes of it is known in a moment.
    Busy,
    /// The platform may have it, or has it: it must be asked.
    AskFirst,
    /// Nobody has it.
    Free,
}

/// How an act stands; `running` while a transfer of it has not ended, whatever its state says since.
pub(super) fn way_back(act: &Step, running: bool) -> WayBack {
    if running || act.state == StepState::Sending {
        return WayBack::Busy;
    }
    let used_up = matches!(&act.state, StepState::Wedged { problem } if problem.code == ProblemCode::KeyReused);
    if used_up || act.content.in_doubt {
        return WayBack::AskFirst;
    }
    WayBack::Free
}

/// Makes the draft of an entry one that can be edited again, answers and files as they were.
pub async fn edit(client: &Client, request: OutboxEdit) -> Result<OutboxEdited, ClientError> {
    let entry = entry(client, request.outbox_id).await?;
    let Some(draft_id) = entry.draft_id else {
        return Err(Problem::new(ProblemCode::NotAllowedNow).with("what", "no_draft").into());
    };
    let sent = bring_back(client, &entry, Standing::Open).await?;
    // Files already at the platform stay there: the same files are found again when the draft is sent again.
    Ok(match sent {
        Some(case_id) => OutboxEdited::Sent { case_id },
        None => {
            let correction_of =
                matches!(entry.content.act, OutboxAct::Correct | OutboxAct::Supply).then_some(entry.case_id);
            OutboxEdited::Draft { draft_id, correction_of }
        }
    })
}

/// Gives an entry up. Its draft lies among the deleted ones for thirty days.
pub async fn discard(client: &Client, request: OutboxDiscard) -> Result<OutboxView, ClientError> {
    let entry = entry(client, request.outbox_id).await?;
    if bring_back(client, &entry, Standing::Deleted).await?.is_some() {
        return Err(Problem::new(ProblemCode::NotAllowedNow).with("what", "sent").into());
    }
    end_uploads(client, &entry);
    list(client, OutboxList {}).await
}

/// Takes an entry out of the outbox and its draft to where it belongs then. `Some`: the platform has it after all.
async fn bring_back(client: &Client, first: &Entry, to: Standing) -> Result<Option<CaseId>, ClientError> {
    let mut judged = first.clone();
    loop {
        if sent_after_all(client, &judged).await? {
            return Ok(Some(judged.case_id));
        }
        for step in &judged.steps {
            client.outbox().stop(&step.id);
        }
        if take_back(client, &judged, to).await? {
            break;
        }
        // The worker was quicker: look again at what it did.
        match visible(client).await?.into_iter().find(|other| other.id == first.id) {
            Some(now) => judged = now,
            None => return Ok(Some(first.case_id)),
        }
    }
    client.emit(ClientEvent::OutboxChanged {});
    if let Some(draft_id) = first.draft_id {
        client.emit(ClientEvent::DraftChanged { draft_id });
        follow::soon(client);
    }
    client.outbox().poke();
    Ok(None)
}

fn sending() -> ClientError {
    Problem::new(ProblemCode::NotAllowedNow).with("what", "sending").into()
}

/// Asks the platform where that is needed; what it has is written down as delivered.
async fn sent_after_all(client: &Client, entry: &Entry) -> Result<bool, ClientError> {
    let Some(act) = entry.act_step() else { return Ok(false) };
    match way_back(act, client.outbox().is_running(&act.id)) {
        WayBack::Busy => return Err(sending()),
        WayBack::Free => return Ok(false),
        WayBack::AskFirst => {}
    }
    let Some(owner) = entry.content.owner else { return Ok(false) };
    let Some(delivery) = look_up(client, owner, entry).await? else { return Ok(false) };
    change(client, &act.id, &StepEvent::Resumed).await?;
    change(client, &act.id, &StepEvent::Retried).await?;
    settle(client, &act.id, Outcome::Delivered(delivery)).await?;
    Ok(true)
}

/// One transaction: the entry goes, its draft comes back. False when the act moved since it was judged.
pub(super) async fn take_back(client: &Client, judged: &Entry, to: Standing) -> Result<bool, ClientError> {
    let _rows = client.outbox().rows.lock().await;
    let still = visible(client).await?.into_iter().find(|other| other.id == judged.id);
    let Some(still) = still else { return Ok(false) };
    if let (Some(act), Some(before)) = (still.act_step(), judged.act_step()) {
        if way_back(act, client.outbox().is_running(&act.id)) == WayBack::Busy {
            return Err(sending());
        }
        if act.revision != before.revision {
            return Ok(false);
        }
    }
    let mut held = None;
    if let Some(draft) = judged.draft_id {
        let slot = client.drafts().lock(draft).await;
        let mut stored = drafts::load(client, draft).await?;
        if to == Standing::Deleted {
            stored.lay_aside(client.now());
        } else {
            stored.standing = to;
        }
        stored.revision += 1;
        held = Some((slot, stored));
    }
    let mut write = client.store()?.write().await?;
    delete_entry(&mut write, judged.id).await?;
    if let Some((_, stored)) = &held {
        drafts::update(&mut write, client.vault(), stored).await?;
    }
    write.commit().await?;
    if let Some((mut slot, _)) = held {
        *slot = None;
    }
    Ok(true)
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
