//! Drafts, materials, tables, outbox.

use haoban_wire::{
    Problem,
    ui::{
        DraftAccount, DraftAccountOpen, DraftDelete, DraftList, DraftListView, DraftOpen, DraftRename, DraftRestore,
        DraftSave, DraftSaved, DraftStart, DraftSubmit, DraftSubmitted, DraftView, MaterialAttach, MaterialDefer,
        MaterialPaste, MaterialPick, MaterialRemove, MaterialUseLicence, OutboxDiscard, OutboxEdit, OutboxEdited,
        OutboxList, OutboxPause, OutboxRetry, OutboxView, RowsColumns, RowsExport, RowsExported, RowsJudge, RowsOpen,
        RowsPick, RowsRead, RowsTake, RowsTemplate, RowsView,
    },
};

use crate::{Client, drafts, follow, materials, outbox, tables};

/// Starts a new draft.
pub async fn draft_start(client: &Client, request: DraftStart) -> Result<DraftView, Problem> {
    Ok(drafts::start(client, request).await?)
}

/// Opens a draft.
pub async fn draft_open(client: &Client, request: DraftOpen) -> Result<DraftView, Problem> {
    Ok(drafts::open(client, request).await?)
}

/// Saves changed answers.
pub async fn draft_save(client: &Client, request: DraftSave) -> Result<DraftSaved, Problem> {
    Ok(drafts::save(client, request).await?)
}

/// Lists drafts.
pub async fn draft_list(client: &Client, request: DraftList) -> Result<DraftListView, Problem> {
    Ok(drafts::list(client, request).await?)
}

/// Whether the account has a draft as it is here.
pub async fn draft_account(client: &Client, request: DraftAccountOpen) -> Result<DraftAccount, Problem> {
    Ok(follow::account(client, request.draft_id).await?)
}

/// Renames a draft.
pub async fn draft_rename(client: &Client, request: DraftRename) -> Result<DraftListView, Problem> {
    Ok(drafts::rename(client, request).await?)
}

/// Deletes a draft; it can be brought back.
pub async fn draft_delete(client: &Client, request: DraftDelete) -> Result<DraftListView, Problem> {
    Ok(drafts::delete(client, request).await?)
}

/// Brings a deleted draft back.
pub async fn draft_restore(client: &Client, request: DraftRestore) -> Result<DraftListView, Problem> {
    Ok(drafts::restore(client, request).await?)
}

/// Freezes a draft and queues it.
pub async fn draft_submit(client: &Client, request: DraftSubmit) -> Result<DraftSubmitted, Problem> {
    Ok(drafts::submit(client, request).await?)
}

/// Picks files for a slot.
pub async fn material_pick(client: &Client, request: MaterialPick) -> Result<DraftView, Problem> {
    Ok(materials::pick(client, request).await?)
}

/// Attaches files the host holds.
pub async fn material_attach(client: &Client, request: MaterialAttach) -> Result<DraftView, Problem> {
    Ok(materials::attach(client, request).await?)
}

/// Attaches the picture on the clipboard.
pub async fn material_paste(client: &Client, request: MaterialPaste) -> Result<DraftView, Problem> {
    Ok(materials::paste(client, request).await?)
}

/// Removes a file or empties a slot.
pub async fn material_remove(client: &Client, request: MaterialRemove) -> Result<DraftView, Problem> {
    Ok(materials::remove(client, request).await?)
}

/// Uses a held licence for a slot.
pub async fn material_use_licence(client: &Client, request: MaterialUseLicence) -> Result<DraftView, Problem> {
    Ok(materials::use_licence(client, request).await?)
}

/// Promises a slot for later.
pub async fn material_defer(client: &Client, request: MaterialDefer) -> Result<DraftView, Problem> {
    Ok(materials::defer(client, request).await?)
}

/// Says what the columns of a list are.
pub async fn rows_open(client: &Client, request: RowsOpen) -> Result<RowsColumns, Problem> {
    Ok(tables::describe(client, request).await?)
}

/// Writes an empty table.
pub async fn rows_template(client: &Client, request: RowsTemplate) -> Result<RowsExported, Problem> {
    Ok(tables::template(client, request).await?)
}

/// Picks a table and judges its rows.
pub async fn rows_pick(client: &Client, request: RowsPick) -> Result<RowsView, Problem> {
    Ok(tables::pick(client, request).await?)
}

/// Judges the rows of a table the host holds.
pub async fn rows_read(client: &Client, request: RowsRead) -> Result<RowsView, Problem> {
    Ok(tables::read(client, request).await?)
}

/// Judges the rows that were read last again.
pub async fn rows_judge(client: &Client, request: RowsJudge) -> Result<RowsView, Problem> {
    Ok(tables::judge(client, request).await?)
}

/// Takes the rows that pass.
pub async fn rows_take(client: &Client, request: RowsTake) -> Result<DraftView, Problem> {
    Ok(tables::take(client, request).await?)
}

/// Writes the rows that do not pass.
pub async fn rows_export(client: &Client, request: RowsExport) -> Result<RowsExported, Problem> {
    Ok(tables::export(client, request).await?)
}

/// Lists the outbox.
pub async fn outbox_list(client: &Client, request: OutboxList) -> Result<OutboxView, Problem> {
    Ok(outbox::list(client, request).await?)
}

/// Tries again now.
pub async fn outbox_retry(client: &Client, request: OutboxRetry) -> Result<OutboxView, Problem> {
    Ok(outbox::retry(client, request).await?)
}

/// Pauses or goes on.
pub async fn outbox_pause(client: &Client, request: OutboxPause) -> Result<OutboxView, Problem> {
    Ok(outbox::pause(client, request).await?)
}

/// Takes an entry back to be changed.
pub async fn outbox_edit(client: &Client, request: OutboxEdit) -> Result<OutboxEdited, Problem> {
    Ok(outbox::edit(client, request).await?)
}

/// Gives an entry up.
pub async fn outbox_discard(client: &Client, request: OutboxDiscard) -> Result<OutboxView, Problem> {
    Ok(outbox::discard(client, request).await?)
}
