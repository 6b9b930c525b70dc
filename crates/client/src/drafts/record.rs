//! A draft as it is stored: sealed content, and the few things that stand in clear beside it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use haoban_domain::{
    case::CorrectionNotice,
    form::{Answers, Collisions},
    ids::{CaseId, DraftId, PartyId},
    item::{ItemCode, ServiceItem},
    material::MaterialChoice,
    text::LocalText,
    time::Timestamp,
};
use haoban_wire::{
    ProblemCode,
    ui::{CorrectionCause, UpgradeNote},
};
use serde::{Deserialize, Serialize};
use sqlx::SqliteExecutor;

use super::autosave;
use crate::{
    Client, ClientError,
    store::{Write, records},
    vault::Vault,
};

pub(crate) const TABLE: &str = "draft";
/// Sealed copies of the definitions drafts were begun with.
pub(crate) const DEFINITION: &str = "definition";

/// Sealed content of a draft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct DraftRecord {
    /// Who began it; nobody while signed out.
    pub(crate) owner: Option<PartyId>,
    pub(crate) item_code: ItemCode,
    pub(crate) item_version: u32,
    pub(crate) item_name: LocalText,
    pub(crate) icon: String,
    pub(crate) name: Option<String>,
    /// Answers of hidden fields included.
    pub(crate) answers: Answers,
    pub(crate) choices: BTreeMap<String, MaterialChoice>,
    pub(crate) page: Option<String>,
    pub(crate) done: u32,
    pub(crate) total: u32,
    pub(crate) upgrade: Option<UpgradeNote>,
    pub(crate) correction: Option<CorrectionRecord>,
    /// Questions answered differently on another device; records of older versions know none of the following.
    #[serde(default)]
    pub(crate) collisions: Collisions,
    /// Slots with files on another device only.
    #[serde(default)]
    pub(crate) elsewhere: BTreeSet<String>,
    /// Sent or deleted on another device.
    #[serde(default)]
    pub(crate) ended_elsewhere: bool,
    /// Of a deleted draft: when it was last edited, for the day it comes back.
    #[serde(default)]
    pub(crate) edited_at: Option<Timestamp>,
}

/// What a correction draft answers, and what the case looked like before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct CorrectionRecord {
    pub(crate) case_id: CaseId,
    pub(crate) case_number: String,
    /// Records of older versions answer notices only.
    #[serde(default)]
    pub(crate) cause: CorrectionCause,
    /// Of a promise: one point for each material that is still to come, in the words of the item.
    pub(crate) notice: CorrectionNotice,
    pub(crate) answers: Answers,
    pub(crate) choices: BTreeMap<String, MaterialChoice>,
}

impl CorrectionRecord {
    /// Whether the notice names this target (`field:<id>`, `material:<slot>`).
    pub(crate) fn names(&self, target: &str) -> bool {
        self.notice.points.iter().any(|point| point.target == target)
    }
}

/// Where a draft stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Can be edited.
    Open,
    /// In the outbox.
    Frozen,
    /// The platform took it.
    Sent,
    /// Deleted less than 30 days ago.
    Deleted,
}

impl Standing {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Frozen => "frozen",
            Self::Sent => "sent",
            Self::Deleted => "deleted",
        }
    }

    pub(crate) fn parse(text: &str) -> Self {
        match text {
            "frozen" => Self::Frozen,
            "sent" => Self::Sent,
            "deleted" => Self::Deleted,
            _ => Self::Open,
        }
    }
}

/// A draft row, opened.
#[derive(Debug, Clone)]
pub(crate) struct StoredDraft {
    pub(crate) id: DraftId,
    pub(crate) revision: u64,
    pub(crate) standing: Standing,
    pub(crate) saved_at: Timestamp,
    pub(crate) record: DraftRecord,
}

impl StoredDraft {
    /// Lays it among the deleted ones; the thirty days begin.
    pub(crate) fn lay_aside(&mut self, now: Timestamp) {
        self.standing = Standing::Deleted;
        self.record.edited_at = Some(self.saved_at);
        self.saved_at = now;
    }

    /// Takes it from among the deleted ones, as old as it was.
    pub(crate) fn take_up(&mut self) {
        self.standing = Standing::Open;
        self.record.ended_elsewhere = false;
        self.saved_at = self.record.edited_at.take().unwrap_or(self.saved_at);
    }
}

type Row = (String, i64, String, Vec<u8>, i64);

fn opened(vault: &Vault, (id, revision, standing, sealed, saved_at): Row) -> Result<StoredDraft, ClientError> {
    let record = vault.open_json(TABLE, &id, revision.cast_unsigned(), &sealed)?;
    Ok(StoredDraft {
        id: id.parse().map_err(|_| crate::vault::VaultError::NotGenuine)?,
        revision: revision.cast_unsigned(),
        standing: Standing::parse(&standing),
        saved_at: Timestamp::from_millis(saved_at),
        record,
    })
}

/// Reads one draft, whoever owns it, with all its saves.
pub(crate) async fn load(client: &Client, id: DraftId) -> Result<StoredDraft, ClientError> {
    Ok(find(client, id).await?.ok_or(ProblemCode::NotFound)?)
}

/// The same, when it may not be there.
pub(crate) async fn find(client: &Client, id: DraftId) -> Result<Option<StoredDraft>, ClientError> {
    autosave::fold(client).await?;
    fetch(client.store()?.reader(), client.vault(), id).await
}

/// Reads one draft inside a transaction.
pub(super) async fn load_in(write: &mut Write, vault: &Vault, id: DraftId) -> Result<Option<StoredDraft>, ClientError> {
    fetch(&mut **write, vault, id).await
}

async fn fetch(from: impl SqliteExecutor<'_>, vault: &Vault, id: DraftId) -> Result<Option<StoredDraft>, ClientError> {
    let row: Option<Row> = sqlx::query_as("SELECT id, revision, standing, sealed, saved_at FROM draft WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(from)
        .await?;
    row.map(|row| opened(vault, row)).transpose()
}

/// Reads all drafts, latest first. One that cannot be opened is left out and told to the log, so that it does not hide the others.
pub(crate) async fn load_all(client: &Client) -> Result<Vec<StoredDraft>, ClientError> {
    autosave::fold(client).await?;
    let vault = client.vault();
    let rows: Vec<Row> =
        sqlx::query_as("SELECT id, revision, standing, sealed, saved_at FROM draft ORDER BY saved_at DESC, id DESC")
            .fetch_all(client.store()?.reader())
            .await?;
    if let Err(error) = vault.keys() {
        return Err(error.into());
    }
    let mut drafts = Vec::with_capacity(rows.len());
    for row in rows {
        let id = row.0.clone();
        match opened(vault, row) {
            Ok(draft) => drafts.push(draft),
            Err(error) => tracing::error!(draft = %id, %error, "a draft cannot be opened"),
        }
    }
    Ok(drafts)
}

/// Writes a new draft.
pub(crate) async fn insert(write: &mut Write, vault: &Vault, draft: &StoredDraft) -> Result<(), ClientError> {
    let id = draft.id.to_string();
    let sealed = vault.seal_json(TABLE, &id, draft.revision, &draft.record)?;
    sqlx::query("INSERT INTO draft (id, revision, standing, sealed, saved_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(&id)
        .bind(draft.revision.cast_signed())
        .bind(draft.standing.as_str())
        .bind(sealed)
        .bind(draft.saved_at.millis())
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// Writes a draft over the revision before; a conflict when somebody else was first.
pub(crate) async fn update(write: &mut Write, vault: &Vault, draft: &StoredDraft) -> Result<(), ClientError> {
    update_from(write, vault, draft, draft.revision - 1).await
}

/// The same over a given revision.
pub(super) async fn update_from(
    write: &mut Write,
    vault: &Vault,
    draft: &StoredDraft,
    before: u64,
) -> Result<(), ClientError> {
    let id = draft.id.to_string();
    let sealed = vault.seal_json(TABLE, &id, draft.revision, &draft.record)?;
    let deleted = (draft.standing == Standing::Deleted).then(|| draft.saved_at.millis());
    let changed = sqlx::query(
        "UPDATE draft SET revision = $1, standing = $2, sealed = $3, saved_at = $4, deleted_at = $5 WHERE id = $6 AND revision = $7",
    )
    .bind(draft.revision.cast_signed())
    .bind(draft.standing.as_str())
    .bind(sealed)
    .bind(draft.saved_at.millis())
    .bind(deleted)
    .bind(&id)
    .bind(before.cast_signed())
    .execute(&mut **write)
    .await?;
    if changed.rows_affected() == 0 {
        return Err(ProblemCode::RevisionConflict.into());
    }
    Ok(())
}

fn definition_id(vault: &Vault, code: &str, version: u32) -> Result<String, ClientError> {
    Ok(vault.blind(DEFINITION, &format!("{code}@{version}"))?)
}

/// Keeps the definition a draft is filled against, sealed: which services are kept here says whom they concern.
pub(crate) async fn keep_definition(
    write: &mut Write,
    vault: &Vault,
    item: &ServiceItem,
    now: Timestamp,
) -> Result<(), ClientError> {
    let id = definition_id(vault, &item.code, item.version)?;
    let there: i64 = sqlx::query_scalar("SELECT count(*) FROM sealed_record WHERE kind = $1 AND id = $2")
        .bind(DEFINITION)
        .bind(&id)
        .fetch_one(&mut **write)
        .await?;
    if there == 0 {
        records::put(write, vault, DEFINITION, &id, item, now).await?;
    }
    Ok(())
}

/// The definition of a version: the one kept, or the catalogue's if it is the same version.
pub(crate) async fn definition(
    client: &Client,
    code: &str,
    version: u32,
) -> Result<Option<Arc<ServiceItem>>, ClientError> {
    if let Some(item) = super::current_item(client, code)
        && item.version == version
    {
        return Ok(Some(item));
    }
    let id = definition_id(client.vault(), code, version)?;
    Ok(records::read::<ServiceItem>(client, DEFINITION, &id).await?.map(Arc::new))
}
