//! The outbox as screens see it: one row an entry, uploads folded in.

use haoban_domain::ids::CaseId;
use haoban_wire::ui::{OutboxRow, OutboxState};

use super::{
    acts::{sent_of, totals},
    machine::StepState,
    row::{Entry, Work},
    worker::unfinished,
};
use crate::{
    Client, ClientError,
    drafts::{holder, may_see},
};

/// Entries that are not done, oldest first; none while the vault is closed.
pub async fn rows(client: &Client) -> Vec<OutboxRow> {
    visible(client).await.map(|entries| entries.iter().map(|entry| row(client, entry)).collect()).unwrap_or_default()
}

/// The latest entry on its way for a case.
pub async fn row_of_case(client: &Client, case: CaseId) -> Option<OutboxRow> {
    rows(client).await.into_iter().rfind(|row| row.case_id == case)
}

/// Entries of the person at the screen.
pub(super) async fn visible(client: &Client) -> Result<Vec<Entry>, ClientError> {
    let holder = holder(client);
    let mut entries = unfinished(client).await?;
    entries.retain(|entry| may_see(entry.content.owner, holder));
    Ok(entries)
}

fn row(client: &Client, entry: &Entry) -> OutboxRow {
    let waiting = |work: &Work, state: &StepState| matches!(work, Work::Upload(_)) && *state != StepState::Done;
    let files = entry.steps.iter().filter(|step| waiting(&step.content.work, &step.state)).count();
    OutboxRow {
        id: entry.id,
        act: entry.content.act,
        item_name: entry.content.item_name.clone(),
        draft_id: entry.draft_id,
        case_id: entry.case_id,
        state: state(entry, client.services().link.connectivity().online()),
        files: u32::try_from(files).unwrap_or(u32::MAX),
        bytes_sent: entry.steps.iter().map(|step| sent_of(client, step)).sum(),
        bytes_total: totals(entry),
        deadline: entry.content.deadline,
        queued_at: entry.queued_at,
    }
}

/// The state that matters most: what needs the resident first, then what moves.
pub(super) fn state(entry: &Entry, online: bool) -> OutboxState {
    let states = || entry.steps.iter().map(|step| &step.state);
    if let Some(problem) =
        states().find_map(|state| if let StepState::Wedged { problem } = state { Some(problem) } else { None })
    {
        return OutboxState::Wedged { problem: problem.clone() };
    }
    if states().any(|state| *state == StepState::NeedsSignIn) {
        return OutboxState::NeedsSignIn;
    }
    if states().any(|state| *state == StepState::Paused) {
        return OutboxState::Paused;
    }
    if states().any(|state| *state == StepState::Sending) {
        return OutboxState::Sending;
    }
    let until =
        states().filter_map(|state| if let StepState::Backoff { until } = state { Some(*until) } else { None }).min();
    match until {
        // Without a network there is nothing to count down to.
        Some(until) if online => OutboxState::Backoff { until },
        _ => OutboxState::Waiting,
    }
}
