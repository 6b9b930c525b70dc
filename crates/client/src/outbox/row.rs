//! Entries and steps as they are stored.

use haoban_domain::{
    ids::{CaseId, DraftId, FileId, OutboxId, PartyId},
    material::FileKind,
    text::LocalText,
    time::{Date, Timestamp},
};
use haoban_wire::{
    Problem,
    http::{CorrectCase, SubmitCase, SupplyMaterials},
    ui::OutboxAct,
};
use serde::{Deserialize, Serialize};
use sqlx::SqlitePool;

use super::machine::StepState;
use crate::{ClientError, store::Write, vault::Vault};

const ENTRY: &str = "outbox_entry";
const STEP: &str = "outbox_step";

/// Sealed content of an entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct EntryContent {
    pub(crate) act: OutboxAct,
    /// In whose name it goes; `None` until the first sign-in after it was queued signed out.
    pub(crate) owner: Option<PartyId>,
    pub(crate) item_name: LocalText,
    pub(crate) deadline: Option<Date>,
}

/// Sealed content of a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct StepContent {
    pub(crate) work: Work,
    /// Why it is wedged, if it is.
    pub(crate) problem: Option<Problem>,
    /// It left this device and no definite answer came: the platform may have it.
    pub(crate) in_doubt: bool,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "work", content = "of", rename_all = "snake_case")]
pub(crate) enum Work {
    /// Sends one file.
    Upload(UploadWork),
    /// Sends a case. The body is frozen, so that every try is the same under the same key.
    Submit { body: Box<SubmitCase> },
    /// Answers a correction notice.
    Correct { case_id: CaseId, key: DraftId, body: Box<CorrectCase> },
    /// Hands in what was promised for later.
    Supply { case_id: CaseId, key: DraftId, body: Box<SupplyMaterials> },
    /// Takes a case back.
    Withdraw { case_id: CaseId, reason: String },
}

/// One file to send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UploadWork {
    pub(crate) file_id: FileId,
    pub(crate) draft_id: DraftId,
    pub(crate) item_code: String,
    pub(crate) slot: String,
    pub(crate) kind: FileKind,
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
    /// Where the platform keeps it, once it was created there.
    pub(crate) path: Option<String>,
}

/// A step, opened.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) id: String,
    pub(crate) state: StepState,
    pub(crate) attempts: u32,
    pub(crate) revision: u64,
    pub(crate) needs: Vec<String>,
    pub(crate) content: StepContent,
}

/// An entry with its steps, opened.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) id: OutboxId,
    pub(crate) draft_id: Option<DraftId>,
    pub(crate) case_id: CaseId,
    pub(crate) revision: u64,
    pub(crate) content: EntryContent,
    pub(crate) queued_at: Timestamp,
    pub(crate) steps: Vec<Step>,
}

impl Entry {
    /// The last step: the act itself.
    pub(crate) fn act_step(&self) -> Option<&Step> {
        self.steps.last()
    }
}

/// Writes an entry: one step for each work, the last one needing all before it.
pub(crate) async fn insert(
    write: &mut Write,
    vault: &Vault,
    (id, draft_id, case_id, queued_at): (OutboxId, Option<DraftId>, CaseId, Timestamp),
    content: &EntryContent,
    works: Vec<Work>,
) -> Result<(), ClientError> {
    sqlx::query(
        "INSERT INTO outbox_entry (id, draft_id, case_id, revision, sealed, queued_at) VALUES ($1, $2, $3, 1, $4, $5)",
    )
    .bind(id.to_string())
    .bind(draft_id.map(|draft| draft.to_string()))
    .bind(case_id.to_string())
    .bind(vault.seal_json(ENTRY, &id.to_string(), 1, content)?)
    .bind(queued_at.millis())
    .execute(&mut **write)
    .await?;
    let last = works.len().saturating_sub(1);
    for (position, work) in works.into_iter().enumerate() {
        insert_step(write, vault, id, position, &StepContent { work, problem: None, in_doubt: false }).await?;
    }
    for position in 0..last {
        sqlx::query("INSERT INTO outbox_need (step_id, needs_id) VALUES ($1, $2)")
            .bind(step_id(id, last))
            .bind(step_id(id, position))
            .execute(&mut **write)
            .await?;
    }
    Ok(())
}

fn step_id(entry: OutboxId, position: usize) -> String {
    format!("{entry}.{position}")
}

async fn insert_step(
    write: &mut Write,
    vault: &Vault,
    entry: OutboxId,
    position: usize,
    content: &StepContent,
) -> Result<(), ClientError> {
    let id = step_id(entry, position);
    sqlx::query(
        "INSERT INTO outbox_step (id, entry_id, position, state, until, attempts, revision, sealed) \
         VALUES ($1, $2, $3, 'ready', NULL, 0, 1, $4)",
    )
    .bind(&id)
    .bind(entry.to_string())
    .bind(i64::try_from(position).unwrap_or(i64::MAX))
    .bind(vault.seal_json(STEP, &id, 1, content)?)
    .execute(&mut **write)
    .await?;
    Ok(())
}

/// Writes a step's new state. False when the step changed in between or is gone.
pub(crate) async fn update_step(write: &mut Write, vault: &Vault, step: &mut Step) -> Result<bool, ClientError> {
    let revision = step.revision + 1;
    step.content.problem = match &step.state {
        StepState::Wedged { problem } => Some(problem.clone()),
        _ => None,
    };
    let until = match step.state {
        StepState::Backoff { until } => Some(until.millis()),
        _ => None,
    };
    let changed = sqlx::query(
        "UPDATE outbox_step SET state = $1, until = $2, attempts = $3, revision = $4, sealed = $5 WHERE id = $6 AND revision = $7",
    )
    .bind(step.state.as_str())
    .bind(until)
    .bind(i64::from(step.attempts))
    .bind(revision.cast_signed())
    .bind(vault.seal_json(STEP, &step.id, revision, &step.content)?)
    .bind(&step.id)
    .bind(step.revision.cast_signed())
    .execute(&mut **write)
    .await?;
    if changed.rows_affected() == 0 {
        return Ok(false);
    }
    step.revision = revision;
    Ok(true)
}

/// Writes an entry's content.
pub(crate) async fn update_entry(write: &mut Write, vault: &Vault, entry: &mut Entry) -> Result<(), ClientError> {
    let revision = entry.revision + 1;
    sqlx::query("UPDATE outbox_entry SET revision = $1, sealed = $2 WHERE id = $3 AND revision = $4")
        .bind(revision.cast_signed())
        .bind(vault.seal_json(ENTRY, &entry.id.to_string(), revision, &entry.content)?)
        .bind(entry.id.to_string())
        .bind(entry.revision.cast_signed())
        .execute(&mut **write)
        .await?;
    entry.revision = revision;
    Ok(())
}

/// Marks an entry as done.
pub(crate) async fn finish_entry(write: &mut Write, id: OutboxId, now: Timestamp) -> Result<(), ClientError> {
    sqlx::query("UPDATE outbox_entry SET done_at = $1 WHERE id = $2")
        .bind(now.millis())
        .bind(id.to_string())
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// Removes an entry with its steps.
pub(crate) async fn delete_entry(write: &mut Write, id: OutboxId) -> Result<(), ClientError> {
    sqlx::query("DELETE FROM outbox_entry WHERE id = $1").bind(id.to_string()).execute(&mut **write).await?;
    Ok(())
}

type EntryRow = (String, Option<String>, String, i64, Vec<u8>, i64);
type StepRow = (String, String, Option<i64>, i64, i64, Vec<u8>);

/// Reads all entries that are not done, in the order they were queued: by row, since clocks jump. One that cannot be opened is told to the log and left alone.
pub(crate) async fn load_unfinished(reader: &SqlitePool, vault: &Vault) -> Result<Vec<Entry>, ClientError> {
    let rows: Vec<EntryRow> = sqlx::query_as(
        "SELECT id, draft_id, case_id, revision, sealed, queued_at FROM outbox_entry WHERE done_at IS NULL ORDER BY rowid",
    )
    .fetch_all(reader)
    .await?;
    let mut entries = Vec::with_capacity(rows.len());
    for row in rows {
        let id = row.0.clone();
        match open_entry(reader, vault, row).await {
            Ok(entry) => entries.push(entry),
            Err(error) => tracing::error!(entry = %id, %error, "an outbox entry cannot be opened"),
        }
    }
    Ok(entries)
}

async fn open_entry(reader: &SqlitePool, vault: &Vault, row: EntryRow) -> Result<Entry, ClientError> {
    let (id, draft_id, case_id, revision, sealed, queued_at) = row;
    let malformed = |_| crate::vault::VaultError::NotGenuine;
    let entry: OutboxId = id.parse().map_err(malformed)?;
    Ok(Entry {
        id: entry,
        draft_id: draft_id.map(|draft| draft.parse().map_err(malformed)).transpose()?,
        case_id: case_id.parse().map_err(malformed)?,
        revision: revision.cast_unsigned(),
        content: vault.open_json(ENTRY, &id, revision.cast_unsigned(), &sealed)?,
        queued_at: Timestamp::from_millis(queued_at),
        steps: load_steps(reader, vault, entry).await?,
    })
}

async fn load_steps(reader: &SqlitePool, vault: &Vault, entry: OutboxId) -> Result<Vec<Step>, ClientError> {
    let rows: Vec<StepRow> = sqlx::query_as(
        "SELECT id, state, until, attempts, revision, sealed FROM outbox_step WHERE entry_id = $1 ORDER BY position",
    )
    .bind(entry.to_string())
    .fetch_all(reader)
    .await?;
    let needs: Vec<(String, String)> = sqlx::query_as(
        "SELECT need.step_id, need.needs_id FROM outbox_need AS need JOIN outbox_step AS step ON step.id = need.step_id WHERE step.entry_id = $1",
    )
    .bind(entry.to_string())
    .fetch_all(reader)
    .await?;
    let mut steps = Vec::with_capacity(rows.len());
    for (id, state, until, attempts, revision, sealed) in rows {
        let content: StepContent = vault.open_json(STEP, &id, revision.cast_unsigned(), &sealed)?;
        steps.push(Step {
            state: state_of(&state, until, content.problem.as_ref()),
            needs: needs.iter().filter(|(step, _)| *step == id).map(|(_, needed)| needed.clone()).collect(),
            id,
            attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
            revision: revision.cast_unsigned(),
            content,
        });
    }
    Ok(steps)
}

fn state_of(word: &str, until: Option<i64>, problem: Option<&Problem>) -> StepState {
    match word {
        "sending" => StepState::Sending,
        "backoff" => StepState::Backoff { until: Timestamp::from_millis(until.unwrap_or(0)) },
        "paused" => StepState::Paused,
        "needs_sign_in" => StepState::NeedsSignIn,
        "wedged" => StepState::Wedged {
            problem: problem.cloned().unwrap_or_else(|| Problem::new(haoban_wire::ProblemCode::Internal)),
        },
        "done" => StepState::Done,
        _ => StepState::Ready,
    }
}
