//! Rows of a list from a CSV file: template, preview, taking, and the rows that have to be mended.

use haoban_domain::{
    form::{FieldId, FieldProblem},
    ids::DraftId,
    text::LocalText,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Asks what the columns of a list are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct RowsOpen {
    /// Draft.
    pub draft_id: DraftId,
    /// The list.
    pub field: FieldId,
}

/// The columns of a list, and what a file may hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RowsColumns {
    /// Columns in order.
    pub columns: Vec<RowsColumn>,
    /// Most rows of the list.
    pub max: u32,
    /// Most bytes of a file.
    pub max_bytes: u32,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RowsColumn {
    /// What stands over it.
    pub label: LocalText,
    /// How a cell is written.
    pub how: LocalText,
    /// Whether every row needs it.
    pub required: bool,
}

/// Writes an empty table with the columns of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct RowsTemplate {
    /// Draft.
    pub draft_id: DraftId,
    /// The list.
    pub field: FieldId,
    /// What the first line names.
    pub header: RowsHeader,
}

/// What the first line of a template names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum RowsHeader {
    /// Labels, for people.
    Labels,
    /// Ids of the fields, for programs.
    Ids,
}

/// Opens the host's picker for a table. Cancelling answers without a preview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct RowsPick {
    /// Draft.
    pub draft_id: DraftId,
    /// The list.
    pub field: FieldId,
    /// What happens to the entries that are there.
    pub mode: RowsMode,
}

/// Reads a table the host already holds: dropped on the window, or posted to `devhost`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct RowsRead {
    /// Draft.
    pub draft_id: DraftId,
    /// The list.
    pub field: FieldId,
    /// What happens to the entries that are there.
    pub mode: RowsMode,
    /// Token of the host's file, single use.
    pub token: String,
}

/// Judges the table that was read last again, after a change of the draft or of the mode.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct RowsJudge {
    /// Draft.
    pub draft_id: DraftId,
    /// The list.
    pub field: FieldId,
    /// What happens to the entries that are there.
    pub mode: RowsMode,
}

/// Takes the rows that pass into the draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct RowsTake {
    /// Draft.
    pub draft_id: DraftId,
    /// Revision the preview was judged on.
    pub revision: u64,
    /// The list.
    pub field: FieldId,
    /// What happens to the entries that are there.
    pub mode: RowsMode,
}

/// Writes the rows that do not pass as a table, with a column that says why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct RowsExport {
    /// Draft.
    pub draft_id: DraftId,
    /// The list.
    pub field: FieldId,
    /// What happens to the entries that are there.
    pub mode: RowsMode,
}

/// What happens to entries that are in the list already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum RowsMode {
    /// They stay; the rows come behind them.
    Add,
    /// The rows take their place.
    Replace,
}

/// A table was read, or the picker was cancelled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RowsView {
    /// What the rows would come to.
    pub preview: Option<RowsPreview>,
}

/// What the rows of a table would come to. Nothing is taken yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RowsPreview {
    /// Name of the file.
    pub name: String,
    /// Revision of the draft it was judged on.
    pub revision: u64,
    /// Rows in the file.
    pub rows: u32,
    /// Rows that pass.
    pub passing: u32,
    /// Entries that are in the list now.
    pub there: u32,
    /// The first passing row, cell by cell as it would be taken: column and words.
    pub first: Vec<RowsCell>,
    /// Rows that do not pass, or that ask for a second look.
    pub marked: Vec<MarkedRow>,
    /// What is wrong with the list as a whole once the passing rows are in.
    pub list: Vec<FieldProblem>,
    /// Columns that mean nothing here and are left out.
    pub unknown: Vec<String>,
}

/// A cell as it would be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RowsCell {
    /// Column.
    pub column: LocalText,
    /// What stands in the file.
    pub words: String,
}

/// A row with something to say about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MarkedRow {
    /// Number of the row as a spreadsheet shows it; the header is 1.
    pub row: u32,
    /// Whether it passes all the same.
    pub passes: bool,
    /// What is wrong: column, what stands there, rule and remedy in words.
    pub problems: Vec<RowProblem>,
}

/// One thing that is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RowProblem {
    /// Column.
    pub column: LocalText,
    /// What stands in the cell.
    pub words: String,
    /// Rule id.
    pub rule: String,
    /// Column, rule and remedy in words.
    pub message: LocalText,
    /// Asks for a second look only.
    pub warning: bool,
}

/// A table was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RowsExported {
    /// Where it is.
    pub place: String,
}
