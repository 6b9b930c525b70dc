//! What the rows would come to, and taking those that pass.

use std::sync::Arc;

use haoban_domain::{
    form::{CsvLimit, Field, FieldProblem, HeaderError, JudgedRows, ReadRow, TableList},
    ids::DraftId,
    text::{Language, LocalText},
};
use haoban_wire::{
    Problem, ProblemCode,
    ui::{
        DraftOpen, DraftSave, DraftView, MarkedRow, RowProblem, RowsCell, RowsJudge, RowsMode, RowsPreview, RowsTake,
        RowsView,
    },
};
use serde_json::Value;

use super::{Line, Table, write::REASONS};
use crate::{
    Client, ClientError,
    drafts::{self, OpenDraft},
    settings,
    words::words,
};

/// A table with the judgement on it.
pub(super) struct Judged {
    pub table: Arc<Table>,
    pub rows: Vec<ReadRow>,
    pub verdict: JudgedRows,
    pub kept: Vec<Value>,
    there: usize,
    pub revision: u64,
    unknown: Vec<String>,
}

/// What a file may hold, if the list can be changed now.
pub(super) async fn limit(client: &Client, draft: DraftId, list: &str) -> Result<CsvLimit, ClientError> {
    with_open(client, draft, |open| {
        open.check_editable(None)?;
        Ok(table_list(open, list)?.limit)
    })
    .await
}

/// Judges the table that was read last.
pub async fn judge(client: &Client, request: RowsJudge) -> Result<RowsView, ClientError> {
    let (draft, list) = (request.draft_id, request.field.as_str());
    let judged = judged(client, draft, list, request.mode).await;
    if judged.is_err() {
        client.tables().remove(draft, list);
    }
    let judged = judged?;
    let preview = with_open(client, draft, |open| Ok(preview(&judged, table_list(open, list)?))).await?;
    Ok(RowsView { preview: Some(preview) })
}

/// Takes the rows that pass, as one saved change.
pub async fn take(client: &Client, request: RowsTake) -> Result<DraftView, ClientError> {
    let RowsTake { draft_id, revision, field, mode } = request;
    let judged = judged(client, draft_id, &field, mode).await?;
    let passing = judged.rows.iter().enumerate().filter(|(row, _)| judged.verdict.passes(*row));
    let taken: Vec<Value> = passing.map(|(_, row)| row.entry()).collect();
    if taken.is_empty() {
        return Err(Problem::new(ProblemCode::TableRows).with("now", 0).with("max", 0).into());
    }
    let entries = judged.kept.iter().cloned().chain(taken).collect();
    let changes = [(field.clone(), Some(Value::Array(entries)))].into();
    drafts::save(client, DraftSave { draft_id, revision, changes, page: None }).await?;
    client.tables().remove(draft_id, &field);
    drafts::open(client, DraftOpen { draft_id }).await
}

/// Reads and judges the rows of the table that was read last.
pub(super) async fn judged(client: &Client, draft: DraftId, list: &str, mode: RowsMode) -> Result<Judged, ClientError> {
    let table = client.tables().get(draft, list).ok_or(ProblemCode::NotFound)?;
    let language = settings::current(client).language;
    with_open(client, draft, move |open| {
        open.check_editable(None)?;
        let shown = open.state().fields.get(list).is_some_and(|field| field.visible);
        if !shown {
            return Err(Problem::new(ProblemCode::NotAllowedNow).with("what", "hidden").into());
        }
        let known = table_list(open, list)?;
        let header = known.header(&table.header).map_err(|error| header_problem(error, language))?;
        let entries = open.stored.record.answers.get(list).and_then(Value::as_array).cloned().unwrap_or_default();
        let there = entries.len();
        let kept = if mode == RowsMode::Add { entries } else { Vec::new() };
        let (now, max) = (table.rows.len() + kept.len(), usize::from(known.max));
        if table.rows.is_empty() || now > max {
            return Err(Problem::new(ProblemCode::TableRows).with("now", now).with("max", max).into());
        }
        let rows: Vec<ReadRow> = table.rows.iter().map(|line| known.read(&header, &line.cells)).collect();
        let verdict = open.evaluation.judge_rows(list, &kept, &rows);
        let unknown = header.unknown().filter_map(|place| table.header.get(place));
        let unknown = unknown.filter(|name| !name.is_empty() && !is_reasons(name)).cloned().collect();
        let revision = open.stored.revision;
        Ok(Judged { table, rows, verdict, kept, there, revision, unknown })
    })
    .await
}

fn is_reasons(name: &str) -> bool {
    let own = words(REASONS, &[]);
    name == own.zh || name == own.en
}

pub(super) fn table_list<'o>(open: &'o OpenDraft, list: &str) -> Result<TableList<'o>, ClientError> {
    Ok(open.item.form.table_list(list).ok_or(ProblemCode::NotFound)?)
}

/// Looks at a draft without changing it.
pub(super) async fn with_open<T>(
    client: &Client,
    draft: DraftId,
    look: impl FnOnce(&OpenDraft) -> Result<T, ClientError>,
) -> Result<T, ClientError> {
    let mut held = client.drafts().lock(draft).await;
    let open = match held.take() {
        Some(open) if !open.is_stale(client) => open,
        _ => OpenDraft::load(client, draft).await?,
    };
    let seen = look(&open);
    *held = Some(open);
    seen
}

fn header_problem(error: HeaderError, language: Language) -> Problem {
    let columns = match error {
        HeaderError::Missing(columns) => columns,
        HeaderError::Twice(column) => vec![column],
    };
    let names: Vec<&str> = columns.iter().map(|column| column.in_language(language)).collect();
    let comma = LocalText::new("、", ", ");
    Problem::new(ProblemCode::TableColumns).with("columns", names.join(comma.in_language(language)))
}

fn preview(judged: &Judged, list: TableList<'_>) -> RowsPreview {
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let passing = (0..judged.rows.len()).filter(|row| judged.verdict.passes(*row)).count();
    let marked = judged.table.rows.iter().zip(&judged.verdict.rows).enumerate();
    let marked = marked.filter(|(_, (_, problems))| !problems.is_empty()).map(|(row, (line, problems))| MarkedRow {
        row: line.number,
        passes: judged.verdict.passes(row),
        problems: problems.iter().map(|problem| row_problem(&judged.table, line, list, problem)).collect(),
    });
    let first = (0..judged.rows.len()).find(|row| judged.verdict.passes(*row));
    RowsPreview {
        name: judged.table.name.clone(),
        revision: judged.revision,
        rows: count(judged.rows.len()),
        passing: count(passing),
        there: count(judged.there),
        first: first.map(|row| cells(&judged.table, &judged.table.rows[row], list)).unwrap_or_default(),
        marked: marked.collect(),
        list: judged.verdict.list.clone(),
        unknown: judged.unknown.clone(),
    }
}

/// The cells of a row that mean something.
fn cells(table: &Table, line: &Line, list: TableList<'_>) -> Vec<RowsCell> {
    let named =
        |field: &Field| RowsCell { column: field.label.clone(), words: cell(table, line, list, &field.id).to_owned() };
    list.fields.iter().map(named).filter(|cell| !cell.words.is_empty()).collect()
}

fn cell<'l>(table: &Table, line: &'l Line, list: TableList<'_>, field: &str) -> &'l str {
    let place = table.header.iter().position(|name| list.names(name).is_some_and(|known| known.id == field));
    place.and_then(|place| line.cells.get(place)).map_or("", String::as_str)
}

fn row_problem(table: &Table, line: &Line, list: TableList<'_>, problem: &FieldProblem) -> RowProblem {
    let field = problem.field.as_deref().unwrap_or_default();
    let label = list.fields.iter().find(|known| known.id == field).map(|known| known.label.clone());
    RowProblem {
        column: label.unwrap_or_else(|| LocalText::new(field, field)),
        words: cell(table, line, list, field).to_owned(),
        rule: problem.rule.clone(),
        message: problem.message.clone(),
        warning: problem.warning,
    }
}
