//! One draft from another device: begun, merged, ended or revived here, together with its mark in one transaction.

use haoban_domain::ids::{DraftId, PartyId};
use haoban_wire::{
    follow::{FollowRow, FollowState},
    ui::DraftOpen,
};

use super::{
    record::{self, Mark},
    shared::{Shared, bring_in},
};
use crate::{
    Client, ClientError, catalogue,
    drafts::{self, DraftRecord, OpenDraft, Standing, StoredDraft},
    store::Write,
};

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// The draft looks as before.
    Same,
    /// The draft looks different now.
    Changed,
    /// Not yet: it is on its way, or its service is not known here.
    Later,
}

/// Takes it. What lies here unsent and unshared is never overwritten.
pub(super) async fn take(
    client: &Client,
    party: PartyId,
    row: &FollowRow,
    content: Option<Shared>,
) -> Result<Taken, ClientError> {
    let theirs = match (row.state, content) {
        (FollowState::Open, Some(theirs)) => Some(theirs),
        (FollowState::Open, None) => return Ok(Taken::Same),
        (FollowState::Sent | FollowState::Deleted, _) => None,
    };
    if let Some(theirs) = &theirs
        && !version_is_here(client, row.draft_id, theirs).await?
    {
        return Ok(Taken::Later);
    }
    let mut slot = client.drafts().lock(row.draft_id).await;
    let local = drafts::find(client, row.draft_id).await?;
    let before = record::marks(client, party).await?.remove(&row.draft_id);
    let base = before.as_ref().and_then(|mark| mark.base.clone());
    let mut mark = Mark { revision: row.revision, epoch: row.epoch, state: row.state, base: base.clone() };
    let Some(local) = local else {
        return match theirs {
            Some(theirs) => begin(client, party, row.draft_id, theirs, mark).await,
            None => only_mark(client, party, row.draft_id, &mark).await,
        };
    };
    if local.record.owner != Some(party) || local.record.correction.is_some() {
        return Ok(Taken::Later);
    }
    let clean = base.as_ref() == Some(&Shared::of(&local.record));
    let told = before.as_ref().map(|mark| mark.state);
    let mut next = local.clone();
    let taken = match (local.standing, row.state) {
        // In the outbox: what it becomes is told once it was sent.
        (Standing::Frozen, _) => return Ok(Taken::Later),
        (Standing::Open, FollowState::Open) => merged(client, &mut next, base, theirs, &mut mark).await?,
        (Standing::Open, FollowState::Sent) => {
            if !clean {
                return sent_elsewhere_with_edits(client, party, local, &mark).await;
            }
            next.standing = Standing::Sent;
            next.record.ended_elsewhere = true;
            Taken::Changed
        }
        // Edited here since: the next push brings it back to life everywhere.
        (Standing::Open, FollowState::Deleted) if !clean => Taken::Same,
        (Standing::Open, FollowState::Deleted) => {
            next.lay_aside(client.now());
            next.record.ended_elsewhere = true;
            Taken::Changed
        }
        // Edited elsewhere after it was deleted here: it comes back. Only sealed anew: it stays deleted.
        (Standing::Deleted, FollowState::Open) if told == Some(FollowState::Deleted) || theirs != base => {
            next.take_up();
            merged(client, &mut next, base, theirs, &mut mark).await?;
            Taken::Changed
        }
        (Standing::Deleted | Standing::Sent, _) => Taken::Same,
    };
    if taken == Taken::Same && next.record == local.record {
        return only_mark(client, party, row.draft_id, &mark).await;
    }
    next.revision += 1;
    next.saved_at = client.now();
    let mut write = client.store()?.write().await?;
    drafts::update(&mut write, client.vault(), &next).await?;
    record::put_mark(&mut write, client, party, row.draft_id, &mark).await?;
    write.commit().await?;
    // What is open on a screen is read anew before its next save.
    *slot = None;
    Ok(taken)
}

async fn only_mark(client: &Client, party: PartyId, id: DraftId, mark: &Mark) -> Result<Taken, ClientError> {
    let mut write = client.store()?.write().await?;
    record::put_mark(&mut write, client, party, id, mark).await?;
    write.commit().await?;
    Ok(Taken::Same)
}

async fn begin(
    client: &Client,
    party: PartyId,
    id: DraftId,
    theirs: Shared,
    mut mark: Mark,
) -> Result<Taken, ClientError> {
    mark.base = Some(theirs.clone());
    let now = client.now();
    let mut stored =
        StoredDraft { id, revision: 1, standing: Standing::Open, saved_at: now, record: theirs.into_record(party) };
    count(client, &mut stored).await;
    let mut write = client.store()?.write().await?;
    keep_definition(&mut write, client, &stored.record).await?;
    drafts::insert(&mut write, client.vault(), &stored).await?;
    record::put_mark(&mut write, client, party, id, &mark).await?;
    write.commit().await?;
    Ok(Taken::Changed)
}

/// Merges on one version of the form; the mark gets what the platform has now.
async fn merged(
    client: &Client,
    next: &mut StoredDraft,
    base: Option<Shared>,
    theirs: Option<Shared>,
    mark: &mut Mark,
) -> Result<Taken, ClientError> {
    let Some(theirs) = theirs else { return Ok(Taken::Same) };
    mark.base = Some(theirs.clone());
    let before = next.record.clone();
    let (code, version) = (next.record.item_code.clone(), next.record.item_version);
    let theirs = at(client, theirs, &code, version).await?;
    let base = match base {
        Some(base) => Some(at(client, base, &code, version).await?),
        None => None,
    };
    bring_in(&mut next.record, base.as_ref(), &theirs);
    count(client, next).await;
    Ok(if next.record == before { Taken::Same } else { Taken::Changed })
}

async fn at(client: &Client, shared: Shared, code: &str, version: u32) -> Result<Shared, ClientError> {
    if shared.item_version == version {
        return Ok(shared);
    }
    let Some(new) = drafts::definition(client, code, version).await? else { return Ok(shared) };
    let old = drafts::definition(client, code, shared.item_version).await?;
    Ok(shared.at_version(old.as_deref(), &new))
}

/// Whether this device knows the version of the service; an open draft here moves up to it first, as when it is opened.
async fn version_is_here(client: &Client, id: DraftId, theirs: &Shared) -> Result<bool, ClientError> {
    let current = drafts::current_item(client, &theirs.item_code);
    if current.is_none_or(|item| item.version < theirs.item_version) {
        catalogue_soon(client);
        return Ok(false);
    }
    let local = drafts::find(client, id).await?;
    if local.is_some_and(|draft| draft.standing == Standing::Open && draft.record.item_version < theirs.item_version) {
        drafts::open(client, DraftOpen { draft_id: id }).await?;
    }
    Ok(true)
}

fn catalogue_soon(client: &Client) {
    crate::sync::behind(
        client,
        "catalogue for a draft".into(),
        |client| async move { catalogue::refresh(&client).await },
    );
}

/// The same draft was sent elsewhere while it was edited here: what was edited goes on as a draft of its own.
async fn sent_elsewhere_with_edits(
    client: &Client,
    party: PartyId,
    local: StoredDraft,
    mark: &Mark,
) -> Result<Taken, ClientError> {
    let now = client.now();
    let copy =
        StoredDraft { id: DraftId::new(now.millis(), client.random()?), revision: 1, saved_at: now, ..local.clone() };
    let mut ended = local;
    ended.standing = Standing::Sent;
    ended.record.ended_elsewhere = true;
    ended.revision += 1;
    ended.saved_at = now;
    let mut write = client.store()?.write().await?;
    drafts::insert(&mut write, client.vault(), &copy).await?;
    sqlx::query("UPDATE material SET draft_id = $1 WHERE draft_id = $2")
        .bind(copy.id.to_string())
        .bind(ended.id.to_string())
        .execute(&mut *write)
        .await?;
    drafts::update(&mut write, client.vault(), &ended).await?;
    record::put_mark(&mut write, client, party, ended.id, mark).await?;
    write.commit().await?;
    Ok(Taken::Changed)
}

/// Pages done, for the list. Without the service's rules they stay as they are.
async fn count(client: &Client, stored: &mut StoredDraft) {
    if let Ok(mut open) = OpenDraft::judge(client, stored.clone()).await {
        open.count_pages();
        (stored.record.done, stored.record.total) = (open.stored.record.done, open.stored.record.total);
    }
}

async fn keep_definition(write: &mut Write, client: &Client, record: &DraftRecord) -> Result<(), ClientError> {
    match drafts::current_item(client, &record.item_code) {
        Some(item) if item.version == record.item_version => {
            drafts::keep_definition(write, client.vault(), &item, client.now()).await
        }
        _ => Ok(()),
    }
}
