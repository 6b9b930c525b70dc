//! Rows of attached files. Name, slot, digest and size lie sealed.

use std::collections::HashSet;

use haoban_domain::{
    ids::{DraftId, FileId},
    material::MaterialChoice,
    time::Timestamp,
};
use haoban_wire::ui::AttachedFile;

use crate::{Client, ClientError, drafts::DraftRecord, store::Write, vault::Vault};

const TABLE: &str = "material";

/// What changes among the files of a draft together with its choices.
#[derive(Default)]
pub(crate) struct FileChange {
    pub(crate) add: Option<AttachedFile>,
    pub(crate) remove: Vec<FileId>,
}

impl FileChange {
    /// Writes the change inside the draft's own transaction.
    pub(crate) async fn write(
        &self,
        write: &mut Write,
        vault: &Vault,
        draft: DraftId,
        now: Timestamp,
    ) -> Result<(), ClientError> {
        if let Some(file) = &self.add {
            let id = file.id.to_string();
            sqlx::query("INSERT INTO material (id, draft_id, revision, sealed, added_at) VALUES ($1, $2, 1, $3, $4)")
                .bind(&id)
                .bind(draft.to_string())
                .bind(vault.seal_json(TABLE, &id, 1, file)?)
                .bind(now.millis())
                .execute(&mut **write)
                .await?;
        }
        for file in &self.remove {
            sqlx::query("DELETE FROM material WHERE id = $1 AND draft_id = $2")
                .bind(file.to_string())
                .bind(draft.to_string())
                .execute(&mut **write)
                .await?;
        }
        Ok(())
    }
}

/// One file and the draft it was attached to.
pub(crate) async fn one(client: &Client, file: FileId) -> Result<Option<(DraftId, AttachedFile)>, ClientError> {
    let row: Option<(String, i64, Vec<u8>)> =
        sqlx::query_as("SELECT draft_id, revision, sealed FROM material WHERE id = $1")
            .bind(file.to_string())
            .fetch_optional(client.store()?.reader())
            .await?;
    let Some((draft, revision, sealed)) = row else { return Ok(None) };
    let attached = client.vault().open_json(TABLE, &file.to_string(), revision.cast_unsigned(), &sealed)?;
    let draft = draft.parse().map_err(|_| crate::vault::VaultError::NotGenuine)?;
    Ok(Some((draft, attached)))
}

/// Files a draft's choices name, slot by slot, in order of pages. Files that were handed in from another device are not here.
pub(crate) async fn attached(client: &Client, record: &DraftRecord) -> Result<Vec<AttachedFile>, ClientError> {
    let mut found = Vec::new();
    for choice in record.choices.values() {
        if let MaterialChoice::Upload { files } = choice {
            for file in files {
                if let Some((_, attached)) = one(client, *file).await? {
                    found.push(attached);
                }
            }
        }
    }
    Ok(found)
}

/// Ids of the files attached to a draft.
pub(crate) async fn stored_by(client: &Client, draft: DraftId) -> Result<Vec<String>, ClientError> {
    Ok(sqlx::query_scalar("SELECT id FROM material WHERE draft_id = $1")
        .bind(draft.to_string())
        .fetch_all(client.store()?.reader())
        .await?)
}

/// Ids of all files.
pub(crate) async fn all_ids(client: &Client) -> Result<HashSet<String>, ClientError> {
    let ids: Vec<String> = sqlx::query_scalar("SELECT id FROM material").fetch_all(client.store()?.reader()).await?;
    Ok(ids.into_iter().collect())
}
