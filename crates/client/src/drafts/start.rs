//! Begins and opens drafts; carries them over when the service has a newer version.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use haoban_domain::{form, ids::DraftId, item::ServiceItem, text::LocalText};
use haoban_wire::{
    ProblemCode,
    ui::{DraftOpen, DraftStart, DraftView, UpgradeNote},
};

use super::{
    DraftRecord, OpenDraft, Standing, StoredDraft, current_item, holder,
    record::{self, definition, insert, keep_definition},
    save, view,
};
use crate::{Client, ClientError, facts, follow};

/// Begins a new draft of an item; there may be several.
pub async fn start(client: &Client, request: DraftStart) -> Result<DraftView, ClientError> {
    let item = current_item(client, &request.code).ok_or(ProblemCode::NotFound)?;
    let answers = save::first_answers(&item, request.answers.unwrap_or_default())?;
    facts::refresh_soon(client, &request.code);
    let record = DraftRecord {
        owner: holder(client),
        item_code: item.code.clone(),
        item_version: item.version,
        item_name: item.guide.name.clone(),
        icon: item.guide.icon.clone(),
        name: None,
        answers,
        choices: BTreeMap::new(),
        page: None,
        done: 0,
        total: 0,
        upgrade: None,
        correction: None,
        collisions: BTreeMap::new(),
        elsewhere: BTreeSet::new(),
        ended_elsewhere: false,
        edited_at: None,
    };
    begin(client, record, &item).await
}

/// Writes a first record and opens it.
pub(super) async fn begin(
    client: &Client,
    record: DraftRecord,
    item: &Arc<ServiceItem>,
) -> Result<DraftView, ClientError> {
    let now = client.now();
    let id = DraftId::new(now.millis(), client.random()?);
    let stored = StoredDraft { id, revision: 1, standing: Standing::Open, saved_at: now, record };
    let mut open = OpenDraft::judge(client, stored).await?;
    open.count_pages();
    let mut write = client.store()?.write().await?;
    keep_definition(&mut write, client.vault(), item, now).await?;
    insert(&mut write, client.vault(), &open.stored).await?;
    write.commit().await?;
    let shown = view(client, &open).await?;
    *client.drafts().lock(id).await = Some(open);
    follow::soon(client);
    Ok(shown)
}

/// Opens a draft, on the newest version of its service.
pub async fn open(client: &Client, request: DraftOpen) -> Result<DraftView, ClientError> {
    let mut slot = client.drafts().lock(request.draft_id).await;
    *slot = None;
    let mut open = OpenDraft::load(client, request.draft_id).await?;
    if let Some(newer) = newer_version(client, &open) {
        open = upgrade(client, open, newer).await?;
    }
    facts::refresh_soon(client, &open.stored.record.item_code);
    let shown = view(client, &open).await?;
    *slot = Some(open);
    Ok(shown)
}

/// A newer definition this draft must move to. A correction stays with the version of its case.
fn newer_version(client: &Client, open: &OpenDraft) -> Option<Arc<ServiceItem>> {
    let record = &open.stored.record;
    if open.stored.standing != Standing::Open || record.correction.is_some() {
        return None;
    }
    current_item(client, &record.item_code).filter(|item| item.version > record.item_version)
}

/// What was not yet told and what is new, each once.
fn joined(mut untold: Vec<LocalText>, new: Vec<LocalText>) -> Vec<LocalText> {
    let fresh: Vec<LocalText> = new.into_iter().filter(|line| !untold.contains(line)).collect();
    untold.extend(fresh);
    untold
}

async fn upgrade(client: &Client, open: OpenDraft, newer: Arc<ServiceItem>) -> Result<OpenDraft, ClientError> {
    let mut stored = open.stored;
    let record = &mut stored.record;
    let old = definition(client, &record.item_code, record.item_version).await?;
    let old_form = old.as_ref().map_or(&newer.form, |item| &item.form);
    let carried = form::upgrade(old_form, &newer.form, std::mem::take(&mut record.answers));
    let untold = record.upgrade.take();
    let from = untold.as_ref().map_or(record.item_version, |note| note.from);
    let (added, removed, review) = untold.map(|note| (note.added, note.removed, note.review)).unwrap_or_default();
    record.answers = carried.answers;
    let asked = |field: &String| newer.form.pages.iter().flat_map(|page| &page.fields).any(|known| known.id == *field);
    record.collisions.retain(|field, _| asked(field));
    record.upgrade = Some(UpgradeNote {
        from,
        to: newer.version,
        added: joined(added, carried.added),
        removed: joined(removed, carried.removed),
        review: joined(review, carried.review),
    });
    record.item_version = newer.version;
    record.item_name = newer.guide.name.clone();
    record.icon = newer.guide.icon.clone();
    stored.revision += 1;
    stored.saved_at = client.now();
    let mut open = OpenDraft::judge(client, stored).await?;
    open.count_pages();
    let mut write = client.store()?.write().await?;
    keep_definition(&mut write, client.vault(), &newer, open.stored.saved_at).await?;
    record::update(&mut write, client.vault(), &open.stored).await?;
    write.commit().await?;
    Ok(open)
}
