//! The list of drafts: names, deletion with 30 days to think it over.

use haoban_domain::{ids::DraftId, time::Timestamp};
use haoban_wire::{
    Problem, ProblemCode,
    ui::{DraftDelete, DraftList, DraftListView, DraftRename, DraftRestore, DraftRow},
};

use super::{
    OpenDraft, Standing, StoredDraft, holder, may_see,
    record::{self, load_all},
};
use crate::{Client, ClientError, follow, materials};

/// How long a deleted draft can come back.
const KEPT_MILLIS: i64 = 30 * 24 * 3600 * 1000;
/// Most characters of a draft's own name.
const NAME_MOST: usize = 60;

/// Lists drafts, latest first.
pub async fn list(client: &Client, _request: DraftList) -> Result<DraftListView, ClientError> {
    let oldest = client.now().plus_millis(-KEPT_MILLIS);
    let mut shown = DraftListView { drafts: Vec::new(), deleted: Vec::new(), sent_elsewhere: Vec::new() };
    for draft in visible(client).await? {
        match draft.standing {
            Standing::Open | Standing::Frozen => shown.drafts.push(row(draft)),
            Standing::Deleted if draft.saved_at > oldest => shown.deleted.push(row(draft)),
            Standing::Sent if draft.record.ended_elsewhere && draft.saved_at > oldest => {
                shown.sent_elsewhere.push(row(draft));
            }
            Standing::Deleted | Standing::Sent => {}
        }
    }
    Ok(shown)
}

/// Rows of drafts that are not deleted, latest first; none while the vault is closed.
pub async fn rows(client: &Client) -> Vec<DraftRow> {
    list(client, DraftList {}).await.map(|list| list.drafts).unwrap_or_default()
}

async fn visible(client: &Client) -> Result<Vec<StoredDraft>, ClientError> {
    let holder = holder(client);
    let mut drafts = load_all(client).await?;
    drafts.retain(|draft| may_see(draft.record.owner, holder));
    Ok(drafts)
}

fn row(draft: StoredDraft) -> DraftRow {
    let record = draft.record;
    DraftRow {
        id: draft.id,
        item_code: record.item_code,
        item_name: record.item_name,
        name: record.name,
        icon: record.icon,
        done: record.done,
        total: record.total,
        saved_at: record.edited_at.unwrap_or(draft.saved_at),
        kept_until: (draft.standing == Standing::Deleted).then(|| draft.saved_at.plus_millis(KEPT_MILLIS)),
        frozen: draft.standing == Standing::Frozen,
        correction_cause: record.correction.as_ref().map(|correction| correction.cause),
        correction_of: record.correction.map(|correction| correction.case_number),
        ended_elsewhere: record.ended_elsewhere,
        collisions: record.collisions.len().try_into().unwrap_or(u32::MAX),
    }
}

/// Gives a draft a name of the resident's own.
pub async fn rename(client: &Client, request: DraftRename) -> Result<DraftListView, ClientError> {
    let name = request.name.trim();
    if name.chars().count() > NAME_MOST {
        return Err(Problem::new(ProblemCode::BadRequest).with("what", "name").with("max", NAME_MOST).into());
    }
    let name = (!name.is_empty()).then(|| name.to_owned());
    change(client, request.draft_id, |draft| {
        draft.record.name = name;
        Ok(())
    })
    .await?;
    list(client, DraftList {}).await
}

/// Deletes a draft; `restore` brings it back within 30 days.
pub async fn delete(client: &Client, request: DraftDelete) -> Result<DraftListView, ClientError> {
    let now = client.now();
    change(client, request.draft_id, |draft| {
        require(draft, Standing::Open)?;
        draft.lay_aside(now);
        Ok(())
    })
    .await?;
    list(client, DraftList {}).await
}

/// Brings a deleted draft back.
pub async fn restore(client: &Client, request: DraftRestore) -> Result<DraftListView, ClientError> {
    change(client, request.draft_id, |draft| {
        require(draft, Standing::Deleted)?;
        draft.take_up();
        Ok(())
    })
    .await?;
    list(client, DraftList {}).await
}

fn require(draft: &StoredDraft, standing: Standing) -> Result<(), ClientError> {
    if draft.standing == standing {
        return Ok(());
    }
    Err(Problem::new(ProblemCode::NotAllowedNow).with("what", draft.standing.as_str()).into())
}

async fn change(
    client: &Client,
    id: DraftId,
    edit: impl FnOnce(&mut StoredDraft) -> Result<(), ClientError>,
) -> Result<(), ClientError> {
    let mut slot = client.drafts().lock(id).await;
    let mut open: Option<OpenDraft> = slot.take();
    let mut stored = record::load(client, id).await?;
    if !may_see(stored.record.owner, holder(client)) {
        return Err(ProblemCode::NotFound.into());
    }
    edit(&mut stored)?;
    stored.revision += 1;
    let mut write = client.store()?.write().await?;
    record::update(&mut write, client.vault(), &stored).await?;
    write.commit().await?;
    if let Some(open) = &mut open {
        open.stored = stored;
    }
    *slot = open;
    follow::soon(client);
    Ok(())
}

/// Removes what was deleted long ago, with its files. Returns how many drafts went.
pub async fn purge(client: &Client) -> Result<usize, ClientError> {
    let oldest: Timestamp = client.now().plus_millis(-KEPT_MILLIS);
    let store = client.store()?;
    let gone: Vec<String> = sqlx::query_scalar("SELECT id FROM draft WHERE standing = 'deleted' AND deleted_at <= $1")
        .bind(oldest.millis())
        .fetch_all(store.reader())
        .await?;
    for id in &gone {
        let files: Vec<String> = sqlx::query_scalar("SELECT id FROM material WHERE draft_id = $1")
            .bind(id)
            .fetch_all(store.reader())
            .await?;
        let mut write = store.write().await?;
        sqlx::query("DELETE FROM draft WHERE id = $1").bind(id).execute(&mut *write).await?;
        write.commit().await?;
        for file in files {
            materials::remove_sealed(client, &file);
        }
    }
    Ok(gone.len())
}
