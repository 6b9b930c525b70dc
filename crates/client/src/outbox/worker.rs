//! The worker: plans, starts transfers, writes down what came of them.

use std::{
    collections::{HashMap, HashSet},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use haoban_domain::ids::{CaseId, DraftId, OutboxId};
use haoban_wire::ui::ClientEvent;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::{
    acts::{self, Delivery, Outcome},
    backoff::wait_millis,
    machine::{Effect, NotNow, StepEvent, StepState, apply},
    plan::plan,
    row::{Entry, Step, Work, finish_entry, load_unfinished, update_entry, update_step},
};
use crate::{
    Client, ClientError, cases,
    drafts::{self, Standing},
    materials, session,
    store::Write,
};

/// Looks again at least this often, whatever the clock says: clocks jump.
const LOOK_AGAIN: Duration = Duration::from_secs(60);
/// How long the background waits for the request at hand.
const GRACE: Duration = Duration::from_secs(10);

/// State of the outbox in memory.
#[derive(Default)]
pub(crate) struct Outbox {
    started: AtomicBool,
    held: AtomicBool,
    rearm: AtomicBool,
    wake: Notify,
    idle: Notify,
    running: Mutex<HashMap<String, CancellationToken>>,
    sent: Mutex<HashMap<String, u64>>,
    /// Rows are changed one at a time.
    pub(super) rows: tokio::sync::Mutex<()>,
}

impl Outbox {
    /// Starts the worker once.
    pub(crate) fn start(&self, client: &Client) {
        if !self.started.swap(true, Ordering::SeqCst) {
            let client_for_task = client.clone();
            client.spawn(async move { run(client_for_task).await });
        }
    }

    /// Looks for work soon.
    pub(super) fn poke(&self) {
        self.wake.notify_one();
    }

    /// Starts nothing more, lets uploads stop at the next chunk and acts finish.
    pub(crate) async fn hold(&self) {
        self.held.store(true, Ordering::SeqCst);
        for token in self.running.lock().values() {
            token.cancel();
        }
        let quiet = async {
            loop {
                let idle = self.idle.notified();
                if self.running.lock().is_empty() {
                    break;
                }
                idle.await;
            }
        };
        if tokio::time::timeout(GRACE, quiet).await.is_err() {
            tracing::info!("a transfer is still running after the grace time");
        }
    }

    /// Goes on.
    pub(crate) fn release(&self) {
        self.held.store(false, Ordering::SeqCst);
        self.poke();
    }

    pub(super) fn stop(&self, step: &str) {
        if let Some(token) = self.running.lock().get(step) {
            token.cancel();
        }
    }

    pub(super) fn bytes_sent(&self, step: &str) -> u64 {
        self.sent.lock().get(step).copied().unwrap_or(0)
    }

    pub(super) fn set_bytes_sent(&self, step: &str, bytes: u64) {
        self.sent.lock().insert(step.to_owned(), bytes);
    }

    /// Whether a transfer of a step has not ended.
    pub(super) fn is_running(&self, step: &str) -> bool {
        self.running.lock().contains_key(step)
    }

    fn running_ids(&self) -> HashSet<String> {
        self.running.lock().keys().cloned().collect()
    }

    fn ended(&self, step: &str) {
        self.running.lock().remove(step);
        self.idle.notify_waiters();
        self.poke();
    }
}

/// Somebody signed in, or the network is back: everything that waits for that may go at once.
pub fn wake(client: &Client) {
    client.outbox().rearm.store(true, Ordering::SeqCst);
    client.outbox().poke();
}

async fn run(client: Client) {
    let cancelled = client.cancelled();
    if let Err(error) = recover(&client).await {
        tracing::warn!(%error, "the outbox could not be looked through at start");
    }
    loop {
        let wait = match round(&client).await {
            Ok(wait) => wait,
            Err(error) => {
                tracing::warn!(%error, "the outbox could not be read");
                LOOK_AGAIN
            }
        };
        tokio::select! {
            () = cancelled.cancelled() => return,
            () = client.outbox().wake.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// What was on its way when the app ended is ready again.
async fn recover(client: &Client) -> Result<(), ClientError> {
    for entry in unfinished(client).await? {
        for step in entry.steps.into_iter().filter(|step| step.state == StepState::Sending) {
            change(client, &step.id, &StepEvent::Interrupted).await?;
        }
    }
    Ok(())
}

async fn round(client: &Client) -> Result<Duration, ClientError> {
    let outbox = client.outbox();
    if outbox.held.load(Ordering::SeqCst) || !client.vault().is_open() {
        return Ok(LOOK_AGAIN);
    }
    if outbox.rearm.swap(false, Ordering::SeqCst) {
        rearm(client).await?;
    }
    let now = client.now();
    let mut entries = unfinished(client).await?;
    let planned = plan(&entries, &outbox.running_ids(), now);
    let again = !planned.due.is_empty();
    for step in &planned.due {
        change(client, step, &StepEvent::Due).await?;
    }
    for id in &planned.start {
        let entry = entries.iter_mut().find(|entry| entry.steps.iter().any(|step| step.id == *id));
        if let Some(entry) = entry {
            begin(client, entry, id).await?;
        }
    }
    if again {
        return Ok(Duration::ZERO);
    }
    let millis = planned.next.map(|next| u64::try_from(next.millis() - now.millis()).unwrap_or(0));
    Ok(millis.map_or(LOOK_AGAIN, |millis| Duration::from_millis(millis.max(1)).min(LOOK_AGAIN)))
}

async fn rearm(client: &Client) -> Result<(), ClientError> {
    // Under the lock: an outcome that is being written down is seen, or sees the session itself.
    let entries = {
        let _rows = client.outbox().rows.lock().await;
        unfinished(client).await?
    };
    for step in entries.iter().flat_map(|entry| &entry.steps) {
        let event = match step.state {
            StepState::NeedsSignIn => StepEvent::SignedIn,
            StepState::Backoff { .. } => StepEvent::Due,
            _ => continue,
        };
        change(client, &step.id, &event).await?;
    }
    Ok(())
}

pub(super) async fn unfinished(client: &Client) -> Result<Vec<Entry>, ClientError> {
    load_unfinished(client.store()?.reader(), client.vault()).await
}

/// Applies an event to a step and writes it; `Ok(None)` when it made no sense or the step is gone.
pub(super) async fn change(client: &Client, step: &str, event: &StepEvent) -> Result<Option<Vec<Effect>>, ClientError> {
    let _rows = client.outbox().rows.lock().await;
    let Some((_, mut step)) = find(client, step).await? else { return Ok(None) };
    let Ok(effects) = advance(&mut step, event) else { return Ok(None) };
    let mut write = client.store()?.write().await?;
    update_step(&mut write, client.vault(), &mut step).await?;
    write.commit().await?;
    Ok(Some(effects))
}

async fn find(client: &Client, id: &str) -> Result<Option<(Entry, Step)>, ClientError> {
    let found = unfinished(client).await?.into_iter().find_map(|entry| {
        let step = entry.steps.iter().find(|step| step.id == id)?.clone();
        Some((entry, step))
    });
    Ok(found)
}

pub(super) fn advance(step: &mut Step, event: &StepEvent) -> Result<Vec<Effect>, NotNow> {
    let (state, effects) = apply(&step.state, event)?;
    for effect in &effects {
        match effect {
            Effect::CountFailure => step.attempts = step.attempts.saturating_add(1),
            Effect::ForgetFailures => step.attempts = 0,
            Effect::Transfer | Effect::Stop | Effect::Plan => {}
        }
    }
    match event {
        StepEvent::Started => step.content.in_doubt = !matches!(step.content.work, Work::Upload(_)),
        StepEvent::Refused { .. } => step.content.in_doubt = false,
        _ => {}
    }
    step.state = state;
    Ok(effects)
}

/// Marks a step as sending, gives an ownerless entry its owner, and lets it go.
async fn begin(client: &Client, entry: &mut Entry, id: &str) -> Result<(), ClientError> {
    let _rows = client.outbox().rows.lock().await;
    let Some((mut fresh, mut step)) = find(client, id).await? else { return Ok(()) };
    if advance(&mut step, &StepEvent::Started).is_err() {
        return Ok(());
    }
    let mut write = client.store()?.write().await?;
    if fresh.content.owner.is_none()
        && let Some(person) = session::person(client)
    {
        fresh.content.owner = Some(person.party);
        update_entry(&mut write, client.vault(), &mut fresh).await?;
    }
    update_step(&mut write, client.vault(), &mut step).await?;
    write.commit().await?;
    haoban_failpoints::reach("outbox-before-send");
    entry.revision = fresh.revision;
    let token = CancellationToken::new();
    client.outbox().running.lock().insert(step.id.clone(), token.clone());
    client.emit(ClientEvent::OutboxChanged {});
    let task_client = client.clone();
    client.spawn(async move {
        let id = step.id.clone();
        let outcome = acts::transfer(&task_client, &fresh, &step, &token).await;
        if let Err(error) = settle(&task_client, &id, outcome).await {
            tracing::error!(%error, "the outcome of a transfer could not be written down; it will be asked for again");
            let _ = change(&task_client, &id, &StepEvent::Interrupted).await;
        }
        task_client.outbox().ended(&id);
    });
    Ok(())
}

/// Writes down what came of a transfer; a delivered act with everything that follows from it in one transaction.
pub(super) async fn settle(client: &Client, id: &str, outcome: Outcome) -> Result<(), ClientError> {
    let _rows = client.outbox().rows.lock().await;
    let Some((entry, mut step)) = find(client, id).await? else { return Ok(()) };
    let outcome = match outcome {
        // Its owner signed in while the answer was on its way, and that was told to nobody who still listens.
        Outcome::SignedOut if session::is_signed_in(client) && session::party(client) == entry.content.owner => {
            Outcome::Later { wish: None }
        }
        outcome => outcome,
    };
    let (event, delivery) = event_of(client, &step, outcome)?;
    if advance(&mut step, &event).is_err() {
        return Ok(());
    }
    let mut changed_draft = None;
    let draft_slot = match (&delivery, entry.draft_id) {
        (Some(Delivery::Case { .. }), Some(draft)) => Some((draft, client.drafts().lock(draft).await)),
        _ => None,
    };
    let taken = match &draft_slot {
        Some((draft, _)) => Some(drafts::load(client, *draft).await?),
        None => None,
    };
    let mut write = client.store()?.write().await?;
    update_step(&mut write, client.vault(), &mut step).await?;
    if let Some(Delivery::Case { case, receipt }) = &delivery {
        if let Some(owner) = entry.content.owner {
            cases::store(&mut write, client, owner, case).await?;
            if let Some(receipt) = receipt {
                cases::store_receipt(&mut write, client, owner, case.id, receipt).await?;
            }
        }
        if let Some(draft) = taken {
            changed_draft = Some(draft.id);
            mark_sent(&mut write, client, draft).await?;
        }
        finish_entry(&mut write, entry.id, client.now()).await?;
    }
    haoban_failpoints::reach("outbox-before-commit");
    write.commit().await?;
    haoban_failpoints::reach("outbox-after-commit");
    if let Some((_, mut slot)) = draft_slot {
        *slot = None;
    }
    tell(client, entry.id, delivery.and_then(|delivery| delivery.case_id()), changed_draft).await;
    Ok(())
}

async fn mark_sent(write: &mut Write, client: &Client, mut draft: drafts::StoredDraft) -> Result<(), ClientError> {
    draft.standing = Standing::Sent;
    draft.revision += 1;
    drafts::update(write, client.vault(), &draft).await
}

/// After the commit only.
async fn tell(client: &Client, _entry: OutboxId, case: Option<CaseId>, draft: Option<DraftId>) {
    client.emit(ClientEvent::OutboxChanged {});
    if let Some(draft_id) = draft {
        if let Err(error) = materials::forget_originals(client, draft_id).await {
            tracing::warn!(%error, "sent files could not be removed from this device");
        }
        client.emit(ClientEvent::DraftChanged { draft_id });
        crate::follow::soon(client);
    }
    if let Some(case_id) = case {
        client.emit(ClientEvent::CaseChanged { case_id });
    }
}

fn event_of(client: &Client, step: &Step, outcome: Outcome) -> Result<(StepEvent, Option<Delivery>), ClientError> {
    Ok(match outcome {
        Outcome::Delivered(delivery) => (StepEvent::Delivered, Some(delivery)),
        Outcome::Later { wish } => {
            let random = client.random::<8>()?;
            let wait = wait_millis(step.attempts, wish, u64::from_be_bytes(random));
            let until = client.now().plus_millis(i64::try_from(wait).unwrap_or(i64::MAX));
            (StepEvent::Failed { until }, None)
        }
        Outcome::Refused(problem) => (StepEvent::Refused { problem }, None),
        Outcome::SignedOut => (StepEvent::SignedOut, None),
        Outcome::Interrupted => (StepEvent::Interrupted, None),
    })
}

/// Something was queued.
pub(crate) fn look(client: &Client) {
    client.outbox().poke();
}
