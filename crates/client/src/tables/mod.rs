//! Rows of a list from a CSV file. A file is read, judged row by row by the draft's own evaluation and shown;
//! nothing is taken until the person says so.

mod cells;
mod preview;
#[cfg(test)]
mod tests;
mod write;

use std::{collections::HashMap, sync::Arc};

use haoban_domain::{form::FieldId, ids::DraftId};
use haoban_wire::ui::{RowsJudge, RowsMode, RowsPick, RowsRead, RowsView};
use parking_lot::Mutex;

pub use preview::{judge, take};
pub use write::{describe, export, template};

use crate::{
    Client, ClientError, materials,
    ports::{PickedFile, Wanted},
};

/// Tables that were read and wait for a word, by draft and list. In memory only.
#[derive(Default)]
pub(crate) struct Tables(Mutex<HashMap<(DraftId, FieldId), Arc<Table>>>);

impl Tables {
    /// Forgets what was read (the vault closed, another person signed in).
    pub(crate) fn forget(&self) {
        self.0.lock().clear();
    }

    fn get(&self, draft: DraftId, list: &str) -> Option<Arc<Table>> {
        self.0.lock().get(&(draft, list.to_owned())).cloned()
    }

    fn put(&self, draft: DraftId, list: FieldId, table: Table) {
        self.0.lock().insert((draft, list), Arc::new(table));
    }

    fn remove(&self, draft: DraftId, list: &str) {
        self.0.lock().remove(&(draft, list.to_owned()));
    }
}

/// A table as it stands in the file.
pub(super) struct Table {
    /// Name of the file.
    pub name: String,
    /// The first line.
    pub header: Vec<String>,
    /// The other lines that hold something.
    pub rows: Vec<Line>,
}

/// A line of a table.
pub(super) struct Line {
    /// Its number as a spreadsheet shows it; the header is 1.
    pub number: u32,
    /// What its cells say.
    pub cells: Vec<String>,
}

/// Opens the host's picker for a table.
pub async fn pick(client: &Client, request: RowsPick) -> Result<RowsView, ClientError> {
    let picked = client.ports().files.pick(Wanted::Table).await?;
    match picked.into_iter().next() {
        None => Ok(RowsView { preview: None }),
        Some(file) => take_in(client, request.draft_id, request.field, request.mode, file).await,
    }
}

/// Reads a table the host holds under a token.
pub async fn read(client: &Client, request: RowsRead) -> Result<RowsView, ClientError> {
    let file = client.ports().files.take(&request.token).await?;
    take_in(client, request.draft_id, request.field, request.mode, file).await
}

async fn take_in(
    client: &Client,
    draft: DraftId,
    list: FieldId,
    mode: RowsMode,
    file: PickedFile,
) -> Result<RowsView, ClientError> {
    let limit = preview::limit(client, draft, &list).await?;
    let name = materials::shown_name(&file.name);
    let content = materials::read_limited(file, u64::from(limit.max_bytes)).await?;
    let table = cells::table(name, &content)?;
    client.tables().put(draft, list.clone(), table);
    judge(client, RowsJudge { draft_id: draft, field: list, mode }).await
}
