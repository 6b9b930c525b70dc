//! The save: judge, seal, append to the log, then acknowledge.

use std::collections::BTreeMap;

use haoban_domain::{
    form::{Answers, Field, FieldId, FieldKind},
    item::ServiceItem,
    material::MaterialChoice,
};
use haoban_wire::{
    Problem, ProblemCode,
    ui::{DraftSave, DraftSaved},
};
use serde_json::Value;

use super::{
    OpenDraft,
    autosave::{self, Delta},
    holder, record,
};
use crate::{Client, ClientError, follow, materials::FileChange};

/// Most bytes of all answers of a draft as JSON. Far above any form; it only stops a runaway page.
const ANSWERS_MOST: usize = 512 * 1024;

/// Saves changed answers. When it returns, the end of the app costs nothing; a change of page is on the disk as well.
pub async fn save(client: &Client, request: DraftSave) -> Result<DraftSaved, ClientError> {
    let mut slot = client.drafts().lock(request.draft_id).await;
    let written_elsewhere = client.store()?.was_written_elsewhere();
    let mut open = match slot.take() {
        Some(open) if !written_elsewhere && !open.is_stale(client) => open,
        _ => OpenDraft::load(client, request.draft_id).await?,
    };
    if let Err(error) = check(&open, &request) {
        *slot = Some(open);
        return Err(error);
    }
    // From here on a failure leaves the slot empty: what is in memory may no longer be what is on disk.
    let changes: BTreeMap<_, _> =
        request.changes.into_iter().map(|(field, value)| (field, value.filter(is_answer))).collect();
    open.evaluation.change(changes.clone());
    open.count_pages();
    let turned = request.page.is_some() && request.page != open.stored.record.page;
    let delta = Delta {
        draft: open.stored.id,
        revision: open.stored.revision + 1,
        saved_at: client.now(),
        owner: open.stored.record.owner.or(holder(client)),
        page: request.page,
        done: open.stored.record.done,
        total: open.stored.record.total,
        changes,
    };
    open.take(&delta);
    autosave::keep(client, delta).await?;
    if turned {
        autosave::fold(client).await?;
    }
    let saved =
        DraftSaved { revision: open.stored.revision, state: open.state().clone(), saved_at: open.stored.saved_at };
    *slot = Some(open);
    follow::soon(client);
    Ok(saved)
}

/// Stores changed material choices of a draft that is held, and the files that come or go with them.
pub(crate) async fn store_choices(
    client: &Client,
    open: &mut OpenDraft,
    choices: BTreeMap<String, MaterialChoice>,
    files: FileChange,
) -> Result<(), ClientError> {
    open.evaluation.set_choices(choices.clone());
    open.stored.record.choices = choices;
    write(client, open, files).await
}

/// One revision further, one transaction.
async fn write(client: &Client, open: &mut OpenDraft, files: FileChange) -> Result<(), ClientError> {
    open.count_pages();
    let stored = &mut open.stored;
    stored.record.owner = stored.record.owner.or(holder(client));
    stored.record.upgrade = None;
    stored.revision += 1;
    stored.saved_at = client.now();
    autosave::fold(client).await?;
    let mut write = client.store()?.write().await?;
    record::update(&mut write, client.vault(), stored).await?;
    files.write(&mut write, client.vault(), stored.id, stored.saved_at).await?;
    write.commit().await?;
    follow::soon(client);
    Ok(())
}

/// Bytes of an answer, near enough to stop a runaway page, without writing it out.
pub(super) fn size_of_answer(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 8,
        Value::String(text) => text.len() + 2,
        Value::Array(list) => 2 + list.iter().map(size_of_answer).sum::<usize>(),
        Value::Object(map) => map.iter().map(|(key, value)| key.len() + 4 + size_of_answer(value)).sum(),
    }
}

/// A cleared answer is absent, however a page says it.
fn is_answer(value: &Value) -> bool {
    !(value.is_null() || value.as_str().is_some_and(str::is_empty))
}

fn check(open: &OpenDraft, request: &DraftSave) -> Result<(), ClientError> {
    open.check_editable(Some(request.revision))?;
    for field in request.changes.keys() {
        known(&open.item, field)?;
        if let Some(correction) = &open.stored.record.correction
            && !correction.names(&format!("field:{field}"))
        {
            return Err(Problem::new(ProblemCode::NotAllowedNow)
                .with("what", "correction")
                .with("field", field)
                .into());
        }
    }
    let size: usize = request.changes.values().flatten().map(size_of_answer).sum();
    small(size.saturating_add(open.answers_size()))
}

/// The answers a draft begins with, by the same rules as later ones.
pub(super) fn first_answers(item: &ServiceItem, answers: Answers) -> Result<Answers, ClientError> {
    answers.keys().try_for_each(|field| known(item, field))?;
    small(answers.values().map(size_of_answer).sum())?;
    Ok(answers.into_iter().filter(|(_, value)| is_answer(value)).collect())
}

fn known(item: &ServiceItem, field: &FieldId) -> Result<(), ClientError> {
    if item.form.pages.iter().flat_map(|page| &page.fields).any(|known| typed(known, field)) {
        return Ok(());
    }
    Err(Problem::new(ProblemCode::BadRequest).with("what", "field").with("field", field).into())
}

fn small(size: usize) -> Result<(), ClientError> {
    if size <= ANSWERS_MOST {
        return Ok(());
    }
    Err(Problem::new(ProblemCode::BadRequest).with("what", "size").with("max", ANSWERS_MOST).into())
}

/// Whether a field takes typed answers under this id.
fn typed(field: &Field, id: &FieldId) -> bool {
    field.id == *id
        && !matches!(
            field.kind,
            FieldKind::Computed { .. } | FieldKind::Fact { .. } | FieldKind::TextBlock | FieldKind::Material { .. }
        )
}
