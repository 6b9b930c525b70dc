//! Saves between two folds: each is sealed and appended to a log, and stands in the tables only later.
//!
//! A save is acknowledged when its record is in the kernel, so the end of this process costs nothing. The log is on
//! the disk within [`SYNC_AFTER`] and before any page change; that is all a power cut may cost. [`fold`] brings
//! records into the tables in one transaction that also says how far it came, so a record counts once however often
//! it is read. Everything that reads drafts folds first ([`super::load`], [`super::load_all`]).

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use haoban_domain::{
    form::FieldId,
    ids::{DraftId, PartyId},
    time::Timestamp,
};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Notify;
use zeroize::Zeroizing;

use super::record::{self, StoredDraft};
use crate::{
    Client, ClientError,
    store::{
        SealedFiles, StoreError, Write,
        sealed_log::{self, Reading, SealedLog},
    },
    vault::{Keys, Vault, VaultError},
};

/// Beside the store, and named like it, so that it is erased and set aside with it.
pub(crate) const LOG_FILE: &str = "store.autosave";
/// Well inside the 250 ms that are promised: the sync itself takes its time.
const SYNC_AFTER: Duration = Duration::from_millis(150);
/// A log this long is folded without waiting for an occasion.
const RECORDS_MOST: usize = 1_000;
const BYTES_MOST: u64 = 1024 * 1024;

/// What one save changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Delta {
    pub(crate) draft: DraftId,
    /// Revision the draft has with it.
    pub(crate) revision: u64,
    pub(crate) saved_at: Timestamp,
    pub(crate) owner: Option<PartyId>,
    pub(crate) page: Option<String>,
    pub(crate) done: u32,
    pub(crate) total: u32,
    /// New answers; nothing clears one.
    pub(crate) changes: BTreeMap<FieldId, Option<Value>>,
}

impl Delta {
    /// Brings the change into a draft.
    pub(crate) fn change(&self, draft: &mut StoredDraft) {
        let record = &mut draft.record;
        for (field, value) in &self.changes {
            match value {
                Some(value) => record.answers.insert(field.clone(), value.clone()),
                None => record.answers.remove(field),
            };
        }
        record.owner = record.owner.or(self.owner);
        record.page = self.page.clone().or(record.page.take());
        record.done = self.done;
        record.total = self.total;
        // Only looking at a page is no answer: what a newer version changed must still be told.
        if !self.changes.is_empty() {
            record.upgrade = None;
        }
        draft.saved_at = self.saved_at;
    }
}

#[derive(Default)]
struct State {
    /// None in memory, and while another process holds the log: then a save goes straight into the tables.
    log: Option<SealedLog>,
    /// Another process's log to be folded before anything is read.
    foreign: Option<PathBuf>,
    /// Records that are in the log and not yet in the tables.
    pending: Vec<(u64, Delta)>,
    lost: bool,
}

/// The log of this profile.
#[derive(Default)]
pub(crate) struct Autosave {
    state: Mutex<State>,
    folding: tokio::sync::Mutex<()>,
    /// Held while a second handle of the log is synced: as long as it is open, the log counts as taken.
    syncing: tokio::sync::Mutex<()>,
    written: Notify,
    watched: AtomicBool,
}

impl Autosave {
    /// Whether saves of an earlier run could not be read.
    pub(crate) fn lost_something(&self) -> bool {
        self.state.lock().lost
    }

    /// Lets go of the log; what is not folded stays in its file. Whoever opens it next finds it free.
    pub(crate) async fn close(&self) {
        let _no_sync_runs = self.syncing.lock().await;
        *self.state.lock() = State::default();
    }
}

/// Takes the log over from the run before. A log that cannot be had is no reason not to open: saves then go straight
/// into the tables.
pub(crate) async fn begin(client: &Client) {
    client.autosave().close().await;
    if !matches!(client.files(), Ok(SealedFiles::Folder(_))) {
        return;
    }
    if let Err(error) = take_over(client).await {
        tracing::error!(%error, "the autosave log could not be taken over");
        client.autosave().state.lock().lost = true;
    }
    if !client.autosave().watched.swap(true, Ordering::SeqCst) {
        client.spawn(watch(client.clone()));
    }
}

async fn take_over(client: &Client) -> Result<(), ClientError> {
    let path = client.config().profile_dir.join(LOG_FILE);
    let keys = client.vault().keys()?;
    let Some(mut log) = SealedLog::open(&path)? else {
        client.autosave().state.lock().foreign = Some(path);
        return fold(client).await;
    };
    let reading = log.read(&keys)?;
    let folded = folded(client).await?;
    let (pending, lost) = deltas(reading.records, folded, reading.damaged);
    if lost {
        // Kept as it is, for whoever can still read it; what could be read goes on below.
        log.copy_to(&format!("{LOG_FILE}.damaged-{}", client.now().millis()))?;
        tracing::error!("saves of an earlier run cannot be read; their log is kept");
    }
    let last = pending.last().map_or(folded, |(number, _)| *number);
    log.cut(reading.end)?;
    log.go_on_from(last + 1);
    *client.autosave().state.lock() = State { log: Some(log), foreign: None, pending, lost };
    fold(client).await
}

type Numbered = Vec<(u64, Delta)>;

/// Records that are not in the tables yet, and whether something could not be read.
fn deltas(records: Vec<(u64, Zeroizing<Vec<u8>>)>, folded: u64, damaged: bool) -> (Numbered, bool) {
    let mut lost = damaged;
    let mut pending: Numbered = Vec::new();
    for (number, content) in records {
        if number <= pending.last().map_or(folded, |(last, _)| *last) {
            continue;
        }
        match serde_json::from_slice(&content) {
            Ok(delta) => pending.push((number, delta)),
            Err(_) => lost = true,
        }
    }
    (pending, lost)
}

/// Saves of a damaged profile's log that can still be read.
pub(crate) fn readable(reading: Reading) -> Vec<Delta> {
    deltas(reading.records, 0, reading.damaged).0.into_iter().map(|(_, delta)| delta).collect()
}

async fn folded(client: &Client) -> Result<u64, ClientError> {
    let number: i64 =
        sqlx::query_scalar("SELECT folded FROM autosave WHERE id = 1").fetch_one(client.store()?.reader()).await?;
    Ok(number.cast_unsigned())
}

/// Keeps a save. When it returns, the end of this process costs nothing.
pub(crate) async fn keep(client: &Client, delta: Delta) -> Result<(), ClientError> {
    let keys = client.vault().keys()?;
    let Some(delta) = append(client, &keys, delta)? else {
        client.autosave().written.notify_one();
        return Ok(());
    };
    fold(client).await?;
    let mut write = client.store()?.write().await?;
    apply(&mut write, client.vault(), std::iter::once(&delta), true).await?;
    Ok(write.commit().await?)
}

/// Appends to the log; hands the save back where there is none.
fn append(client: &Client, keys: &Keys, delta: Delta) -> Result<Option<Delta>, ClientError> {
    let content = Zeroizing::new(serde_json::to_vec(&delta).map_err(VaultError::from)?);
    let mut state = client.autosave().state.lock();
    let State { log: Some(log), pending, .. } = &mut *state else { return Ok(Some(delta)) };
    let number = log.append(keys, &content)?;
    pending.push((number, delta));
    Ok(None)
}

/// Brings all saves into the tables; durable when it returns.
pub(crate) async fn fold(client: &Client) -> Result<(), ClientError> {
    let autosave = client.autosave();
    let nothing_waits = |state: &State| state.pending.is_empty() && state.foreign.is_none();
    if nothing_waits(&autosave.state.lock()) {
        return Ok(());
    }
    let _one_at_a_time = autosave.folding.lock().await;
    let (pending, foreign) = {
        let state = autosave.state.lock();
        (state.pending.clone(), state.foreign.clone())
    };
    let pending = match foreign {
        Some(path) => deltas(sealed_log::read(&path, &*client.vault().keys()?)?.records, 0, false).0,
        None => pending,
    };
    let Some(last) = pending.last().map(|(number, _)| *number) else { return Ok(()) };
    if folded(client).await? < last {
        fold_in(client, &pending, last).await?;
    }
    let mut state = autosave.state.lock();
    state.pending.retain(|(number, _)| *number > last);
    if state.pending.is_empty()
        && let Some(log) = &mut state.log
    {
        log.clear()?;
    }
    Ok(())
}

async fn fold_in(client: &Client, pending: &[(u64, Delta)], last: u64) -> Result<(), ClientError> {
    let mut write = client.store()?.write().await?;
    let folded: i64 = sqlx::query_scalar("SELECT folded FROM autosave WHERE id = 1").fetch_one(&mut *write).await?;
    let open = pending.iter().filter(|(number, _)| *number > folded.cast_unsigned()).map(|(_, delta)| delta);
    apply(&mut write, client.vault(), open, false).await?;
    sqlx::query("UPDATE autosave SET folded = max(folded, $1) WHERE id = 1")
        .bind(last.cast_signed())
        .execute(&mut *write)
        .await?;
    Ok(write.commit().await?)
}

/// Brings saves into their drafts. `strict` refuses a draft that is no longer at the revision before the save;
/// otherwise the save was acknowledged already and goes on top of whatever came in between, field by field.
async fn apply<'a>(
    write: &mut Write,
    vault: &Vault,
    deltas: impl Iterator<Item = &'a Delta>,
    strict: bool,
) -> Result<(), ClientError> {
    let mut by_draft: BTreeMap<DraftId, Vec<&Delta>> = BTreeMap::new();
    for delta in deltas {
        by_draft.entry(delta.draft).or_default().push(delta);
    }
    for (id, deltas) in by_draft {
        let Some(mut stored) = record::load_in(write, vault, id).await? else {
            tracing::warn!(draft = %id, "saves of a draft that is gone");
            continue;
        };
        let before = stored.revision;
        for delta in deltas {
            if strict && stored.revision + 1 != delta.revision {
                return Err(haoban_wire::Problem::new(haoban_wire::ProblemCode::RevisionConflict)
                    .with("revision", stored.revision)
                    .into());
            }
            delta.change(&mut stored);
            stored.revision = (stored.revision + 1).max(delta.revision);
        }
        record::update_from(write, vault, &stored, before).await?;
    }
    Ok(())
}

/// Puts the log on the disk soon after each save, and folds it when it grows long.
async fn watch(client: Client) {
    let cancelled = client.cancelled();
    loop {
        tokio::select! {
            () = cancelled.cancelled() => return,
            () = client.autosave().written.notified() => {}
        }
        tokio::select! {
            () = cancelled.cancelled() => return,
            () = tokio::time::sleep(SYNC_AFTER) => {}
        }
        if let Err(error) = sync(&client).await {
            tracing::error!(%error, "the autosave log could not be put on the disk");
        }
    }
}

async fn sync(client: &Client) -> Result<(), ClientError> {
    let one_at_a_time = client.autosave().syncing.lock().await;
    let (handle, long) = {
        let state = client.autosave().state.lock();
        let Some(log) = &state.log else { return Ok(()) };
        (log.handle()?, state.pending.len() >= RECORDS_MOST || log.len() >= BYTES_MOST)
    };
    let synced = tokio::task::spawn_blocking(move || handle.sync_data()).await;
    drop(one_at_a_time);
    // What cannot be synced here is made durable by the tables.
    if long || !matches!(synced, Ok(Ok(()))) {
        fold(client).await?;
    }
    match synced {
        Ok(done) => Ok(done.map_err(StoreError::from)?),
        Err(_) => Err(StoreError::Failed("the sync did not end".to_owned()).into()),
    }
}

#[cfg(test)]
mod tests;
