//! Tables for people: the empty one to fill in, and the rows that have to be mended.

use haoban_domain::{
    form::{Field, Required, TableList, cell_words, defused},
    ids::DraftId,
    text::Language,
};
use haoban_wire::{
    ProblemCode,
    ui::{RowsColumn, RowsColumns, RowsExport, RowsExported, RowsHeader, RowsOpen, RowsTemplate},
};

use super::preview::{judged, table_list, with_open};
use crate::{Client, ClientError, settings, words::words};

/// Without this mark Excel takes UTF-8 for another encoding.
const MARK: &[u8] = b"\xef\xbb\xbf";
/// Words over the column that says what is wrong.
pub(super) const REASONS: &str = "table.reasons";

/// Says what the columns of a list are and how a cell is written.
pub async fn describe(client: &Client, request: RowsOpen) -> Result<RowsColumns, ClientError> {
    let RowsOpen { draft_id, field } = request;
    with_open(client, draft_id, |open| {
        let list = table_list(open, &field)?;
        let column = |field: &Field| RowsColumn {
            label: field.label.clone(),
            how: cell_words(field),
            required: field.required == Required::Always(true),
        };
        let columns = list.fields.iter().map(column).collect();
        Ok(RowsColumns { columns, max: u32::from(list.max), max_bytes: list.limit.max_bytes })
    })
    .await
}

/// Writes an empty table with the columns of a list.
pub async fn template(client: &Client, request: RowsTemplate) -> Result<RowsExported, ClientError> {
    let RowsTemplate { draft_id, field, header } = request;
    let language = settings::current(client).language;
    let (names, title) = with_open(client, draft_id, |open| {
        let list = table_list(open, &field)?;
        let title = list.field.label.in_language(language).to_owned();
        Ok((columns(list, header, language), title))
    })
    .await?;
    let content = written([names]).ok_or(ProblemCode::Internal)?;
    hand_out(client, "table.template_name", &title, content).await
}

/// Writes the rows that do not pass, each with what is wrong with it.
pub async fn export(client: &Client, request: RowsExport) -> Result<RowsExported, ClientError> {
    let RowsExport { draft_id, field, mode } = request;
    let language = settings::current(client).language;
    let judged = judged(client, draft_id, &field, mode).await?;
    let title = title(client, draft_id, &field, language).await?;
    let width = judged.table.header.len();
    let reasons = words(REASONS, &[]);
    // A table that was exported before has the column already.
    let old = judged.table.header.iter().position(|name| *name == reasons.zh || *name == reasons.en);
    let row = |cells: &[String], last: String| {
        let cells = (0..width).map(|place| cells.get(place).cloned().unwrap_or_default());
        let kept = cells.enumerate().filter(|(place, _)| Some(*place) != old).map(|(_, cell)| cell);
        kept.chain([last]).collect::<Vec<String>>()
    };
    let mut rows = vec![row(&judged.table.header, reasons.in_language(language).to_owned())];
    for (number, line) in judged.table.rows.iter().enumerate() {
        if judged.verdict.passes(number) {
            continue;
        }
        let wrong = judged.verdict.rows[number].iter().filter(|problem| !problem.warning);
        let wrong: Vec<&str> = wrong.map(|problem| problem.message.in_language(language)).collect();
        rows.push(row(&line.cells, wrong.join("\n")));
    }
    if rows.len() == 1 {
        return Err(ProblemCode::NotFound.into());
    }
    let content = written(rows).ok_or(ProblemCode::Internal)?;
    hand_out(client, "table.rejected_name", &title, content).await
}

fn columns(list: TableList<'_>, header: RowsHeader, language: Language) -> Vec<String> {
    let name = |field: &Field| match header {
        RowsHeader::Labels => field.label.in_language(language).to_owned(),
        RowsHeader::Ids => field.id.clone(),
    };
    list.fields.iter().map(name).collect()
}

async fn title(client: &Client, draft: DraftId, list: &str, language: Language) -> Result<String, ClientError> {
    with_open(client, draft, |open| Ok(table_list(open, list)?.field.label.in_language(language).to_owned())).await
}

fn written(rows: impl IntoIterator<Item = Vec<String>>) -> Option<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(MARK.to_vec());
    for row in rows {
        writer.write_record(row.iter().map(|cell| defused(cell))).ok()?;
    }
    writer.into_inner().ok()
}

async fn hand_out(client: &Client, key: &str, title: &str, content: Vec<u8>) -> Result<RowsExported, ClientError> {
    let title: String = title.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-')).collect();
    let name = words(key, &[("list", &title)]);
    let name = name.in_language(settings::current(client).language).to_owned();
    Ok(RowsExported { place: client.ports().files.export(&name, content).await? })
}
