//! Rows of a list that come from a table: which column is which field, what a cell says, what is wrong
//! with each row. Judged by the same evaluation as what is typed.

use serde_json::{Map, Value};

use super::{ChoiceOption, CsvLimit, Evaluation, Field, FieldKind, FieldProblem, Form, plan::options, words::At};
use crate::{
    money,
    text::{Language, LocalText},
    time::Date,
};

/// A list of the form whose rows may come from a CSV file.
#[derive(Debug, Clone, Copy)]
pub struct TableList<'a> {
    /// The list's field.
    pub field: &'a Field,
    /// Fields of each row; each has a column.
    pub fields: &'a [Field],
    /// Most rows.
    pub max: u8,
    /// What a file may hold.
    pub limit: CsvLimit,
}

/// Why a first line is no header of a list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// Columns that every row needs are not there.
    #[error("columns are missing")]
    Missing(Vec<LocalText>),
    /// Two columns mean the same field.
    #[error("a column stands twice")]
    Twice(LocalText),
}

/// What the columns of a table mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    columns: Vec<Option<usize>>,
}

/// One row, read: the entry, and cells that mean nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadRow {
    entry: Map<String, Value>,
    unreadable: Vec<FieldProblem>,
}

/// What is wrong with rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedRows {
    /// By row: problems, each with the id of its field in the row. Empty passes.
    pub rows: Vec<Vec<FieldProblem>>,
    /// Problems of the list as it would be with the rows that pass.
    pub list: Vec<FieldProblem>,
}

impl JudgedRows {
    /// Whether a row may be taken.
    #[must_use]
    pub fn passes(&self, row: usize) -> bool {
        self.rows.get(row).is_some_and(|problems| problems.iter().all(|problem| problem.warning))
    }
}

impl Form {
    /// A list that takes rows from a file, by its id.
    #[must_use]
    pub fn table_list(&self, id: &str) -> Option<TableList<'_>> {
        let field = self.pages.iter().flat_map(|page| &page.fields).find(|field| field.id == id)?;
        match &field.kind {
            FieldKind::People { fields, max, csv: Some(limit) }
            | FieldKind::Group { fields, max, csv: Some(limit) } => {
                Some(TableList { field, fields, max: *max, limit: *limit })
            }
            _ => None,
        }
    }
}

impl TableList<'_> {
    /// Finds the columns of a first line. A column is named by the label in either language, by the
    /// field's id, or by its element of the dictionary; columns of other names mean nothing.
    ///
    /// # Errors
    /// When a column that every row needs is missing, or one stands twice.
    pub fn header(&self, names: &[String]) -> Result<Header, HeaderError> {
        let columns: Vec<Option<usize>> =
            names.iter().map(|name| self.fields.iter().position(|field| is_named(field, name))).collect();
        let count = |field: usize| columns.iter().filter(|column| **column == Some(field)).count();
        let missing: Vec<LocalText> = (0..self.fields.len())
            .filter(|field| count(*field) == 0 && self.fields[*field].required == super::Required::Always(true))
            .map(|field| self.fields[field].label.clone())
            .collect();
        if !missing.is_empty() {
            return Err(HeaderError::Missing(missing));
        }
        match (0..self.fields.len()).find(|field| count(*field) > 1) {
            Some(field) => Err(HeaderError::Twice(self.fields[field].label.clone())),
            None => Ok(Header { columns }),
        }
    }

    /// The field that a column of this name means.
    #[must_use]
    pub fn names(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| is_named(field, name))
    }

    /// Reads one row. What a cell cannot mean becomes a problem of that cell.
    #[must_use]
    pub fn read(&self, header: &Header, cells: &[String]) -> ReadRow {
        let mut row = ReadRow { entry: Map::new(), unreadable: Vec::new() };
        for (column, cell) in header.columns.iter().zip(cells) {
            let Some(field) = column.and_then(|column| self.fields.get(column)) else { continue };
            match read_cell(field, cell) {
                Ok(Some(value)) => {
                    row.entry.insert(field.id.clone(), value);
                }
                Ok(None) => {}
                Err(problem) => row.unreadable.push(*problem),
            }
        }
        row
    }
}

impl Header {
    /// The places of columns that mean nothing here.
    pub fn unknown(&self) -> impl Iterator<Item = usize> {
        self.columns.iter().enumerate().filter(|(_, column)| column.is_none()).map(|(place, _)| place)
    }
}

impl ReadRow {
    /// The entry as the list holds it.
    #[must_use]
    pub fn entry(&self) -> Value {
        Value::Object(self.entry.clone())
    }
}

impl Evaluation {
    /// Judges rows as if they stood in a list behind the entries that are kept. The list itself is not changed.
    #[must_use]
    pub fn judge_rows(&self, list: &str, kept: &[Value], rows: &[ReadRow]) -> JudgedRows {
        let mut judged = JudgedRows { rows: rows.iter().map(|row| row.unreadable.clone()).collect(), list: Vec::new() };
        let all = self.with_entries(list, kept, rows.iter());
        for problem in problems(&all, list) {
            let Some((place, field)) = problem.field.as_deref().and_then(|path| place_of(path, list)) else { continue };
            let Some(of_row) = place.checked_sub(kept.len()).and_then(|row| judged.rows.get_mut(row)) else { continue };
            // A cell that could not be read is not missing.
            if !of_row.iter().any(|known| known.field.as_deref() == Some(field)) {
                of_row.push(FieldProblem { field: Some(field.to_owned()), ..problem.clone() });
            }
        }
        let passing = rows.iter().enumerate().filter(|(row, _)| judged.passes(*row)).map(|(_, row)| row);
        let taken = self.with_entries(list, kept, passing);
        judged.list =
            problems(&taken, list).filter(|problem| problem.field.as_deref() == Some(list)).cloned().collect();
        judged
    }

    fn with_entries<'r>(&self, list: &str, kept: &[Value], rows: impl Iterator<Item = &'r ReadRow>) -> Self {
        let entries: Vec<Value> = kept.iter().cloned().chain(rows.map(ReadRow::entry)).collect();
        let mut evaluation = self.clone();
        evaluation.change([(list.to_owned(), Some(Value::Array(entries)))].into());
        evaluation
    }
}

fn problems<'e>(evaluation: &'e Evaluation, list: &str) -> impl Iterator<Item = &'e FieldProblem> {
    evaluation.state().fields.get(list).into_iter().flat_map(|field| &field.problems)
}

/// `people[3].salary` in the list `people`: place and field.
fn place_of<'p>(path: &'p str, list: &str) -> Option<(usize, &'p str)> {
    let (place, field) = path.strip_prefix(list)?.strip_prefix('[')?.split_once("].")?;
    Some((place.parse().ok()?, field))
}

fn is_named(field: &Field, name: &str) -> bool {
    let name = name.trim();
    let same = |known: &str| !known.is_empty() && known.to_lowercase() == name.to_lowercase();
    same(&field.label.zh) || same(&field.label.en) || same(&field.id) || field.element.as_deref().is_some_and(same)
}

/// Whether one cell can hold an answer of this kind.
pub(super) fn fits_cell(kind: &FieldKind) -> bool {
    matches!(
        kind,
        FieldKind::Text { .. }
            | FieldKind::Textarea { .. }
            | FieldKind::Number { .. }
            | FieldKind::Money { .. }
            | FieldKind::IdNumber
            | FieldKind::CreditCode
            | FieldKind::Phone
            | FieldKind::BankCard
            | FieldKind::PropertyUnit
            | FieldKind::Region
            | FieldKind::Date { .. }
            | FieldKind::SingleChoice { .. }
            | FieldKind::MultiChoice { .. }
            | FieldKind::YesNo
            | FieldKind::Declaration
    )
}

/// What a cell says. What merely looks wrong stays as it was written: the evaluator says what is wrong with it.
fn read_cell(field: &Field, cell: &str) -> Result<Option<Value>, Box<FieldProblem>> {
    let text = undefused(cell).trim();
    if text.is_empty() {
        return Ok(None);
    }
    let written = || Value::from(text);
    let at = At::new(&field.id, &field.label);
    let value = match &field.kind {
        FieldKind::Number { decimals, .. } => decimal(text, *decimals).unwrap_or_else(written),
        FieldKind::Money { .. } => decimal(text, 2).unwrap_or_else(written),
        FieldKind::IdNumber
        | FieldKind::CreditCode
        | FieldKind::BankCard
        | FieldKind::PropertyUnit
        | FieldKind::Region
        | FieldKind::Phone => {
            let code = code(text);
            if is_rounded(&code) {
                return Err(Box::new(at.says(
                    "cell_rounded",
                    "表格软件把它写成了科学计数，后几位丢了。请把这一列设成文本，再填一遍",
                    "the spreadsheet rounded it; make the column text and enter it again",
                )));
            }
            Value::from(if matches!(field.kind, FieldKind::Phone) { domestic(&code) } else { code })
        }
        FieldKind::Date { .. } => date(text).map_or_else(written, |day| Value::from(day.to_string())),
        FieldKind::SingleChoice { .. } => Value::from(chosen(options(&field.kind), text)),
        FieldKind::MultiChoice { .. } => {
            let parts = text.split(['、', '；', ';', '|', '\n']).map(str::trim).filter(|part| !part.is_empty());
            parts.map(|part| Value::from(chosen(options(&field.kind), part))).collect()
        }
        FieldKind::YesNo | FieldKind::Declaration => match yes_or_no(text) {
            Some(yes) => Value::from(yes),
            None => return Err(Box::new(at.says("cell_yes_no", "请写“是”或者“否”", "write “yes” or “no”"))),
        },
        _ => written(),
    };
    Ok(Some(value))
}

/// The apostrophe that keeps a spreadsheet from reading a cell as a formula.
const GUARD: char = '\'';

fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// A cell that no spreadsheet takes for a formula: one that begins like it gets an apostrophe.
#[must_use]
pub fn defused(text: &str) -> String {
    if is_formula(text) { format!("{GUARD}{text}") } else { text.to_owned() }
}

/// What [`defused`] was made from.
fn undefused(text: &str) -> &str {
    text.strip_prefix(GUARD).filter(|rest| is_formula(rest)).unwrap_or(text)
}

fn half_width(text: &str) -> String {
    let one = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' | '\u{a0}' => ' ',
        other => other,
    };
    text.chars().map(one).collect()
}

fn code(text: &str) -> String {
    let kept =
        |c: &char| !c.is_whitespace() && !matches!(c, '-' | '–' | '—' | '·' | '\u{200b}'..='\u{200f}' | '\u{feff}');
    half_width(text).chars().filter(kept).collect::<String>().to_uppercase()
}

fn domestic(code: &str) -> String {
    let rest = code.strip_prefix("+86").or_else(|| code.strip_prefix("86")).or_else(|| code.strip_prefix("0086"));
    rest.filter(|rest| rest.len() == 11).unwrap_or(code).to_owned()
}

/// `4.10105E+17`: what spreadsheets make of long numbers.
fn is_rounded(code: &str) -> bool {
    code.split_once("E+").is_some_and(|(digits, power)| {
        !power.is_empty()
            && power.bytes().all(|b| b.is_ascii_digit())
            && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    })
}

fn decimal(text: &str, decimals: u8) -> Option<Value> {
    let plain = half_width(text);
    let plain = plain.trim_start_matches(['¥', '￥']).trim_end_matches('元').trim();
    // More places than people may type, as long as they are zeros: spreadsheets pad.
    let cut = match plain.split_once('.') {
        Some((whole, places)) => {
            let kept: String = places.trim_end_matches('0').to_owned();
            if kept.is_empty() { whole.to_owned() } else { format!("{whole}.{kept}") }
        }
        None => plain.to_owned(),
    };
    money::dec(&cut, decimals).map(Value::from)
}

/// `2026-03-01`, `2026/3/1`, `2026.3.1`, `2026年3月1日`, `20260301`.
fn date(text: &str) -> Option<Date> {
    let plain = half_width(text);
    if plain.len() == 8 && plain.bytes().all(|b| b.is_ascii_digit()) {
        return format!("{}-{}-{}", &plain[..4], &plain[4..6], &plain[6..]).parse().ok();
    }
    let parts: Vec<&str> = plain.split(['-', '/', '.', '年', '月', '日']).map(str::trim).collect();
    let [year, month, day] = parts.as_slice() else {
        let [year, month, day, ""] = parts.as_slice() else { return None };
        return padded(year, month, day);
    };
    padded(year, month, day)
}

fn padded(year: &str, month: &str, day: &str) -> Option<Date> {
    if year.len() != 4 {
        return None;
    }
    format!("{year}-{month:0>2}-{day:0>2}").parse().ok()
}

/// The option a cell names by value or label; else what it says, which no option is.
fn chosen(options: &[ChoiceOption], text: &str) -> String {
    let same = |known: &str| known.to_lowercase() == text.to_lowercase();
    let found = options.iter().find(|option| same(&option.value) || same(&option.label.zh) || same(&option.label.en));
    found.map_or_else(|| text.to_owned(), |option| option.value.clone())
}

fn yes_or_no(text: &str) -> Option<bool> {
    match half_width(text).to_lowercase().as_str() {
        "是" | "有" | "对" | "yes" | "y" | "true" | "1" | "√" => Some(true),
        "否" | "不是" | "没有" | "无" | "no" | "n" | "false" | "0" | "×" => Some(false),
        _ => None,
    }
}

/// How a cell of a field is written, for those who fill the table.
#[must_use]
pub fn cell_words(field: &Field) -> LocalText {
    let named = |options: &[ChoiceOption], language: Language, between: &str| {
        let words: Vec<&str> = options.iter().map(|option| option.label.in_language(language)).collect();
        words.join(between)
    };
    match &field.kind {
        FieldKind::SingleChoice { options } | FieldKind::MultiChoice { options } => {
            let zh = named(options, Language::Chinese, "｜");
            let en = named(options, Language::English, " | ");
            let many = matches!(field.kind, FieldKind::MultiChoice { .. });
            let (one_zh, one_en) = if many {
                ("写其中几个，用顿号隔开：", "some of, parted by semicolons: ")
            } else {
                ("写其中一个：", "one of: ")
            };
            LocalText::new(format!("{one_zh}{zh}"), format!("{one_en}{en}"))
        }
        FieldKind::YesNo | FieldKind::Declaration => LocalText::new("写“是”或者“否”", "“yes” or “no”"),
        FieldKind::Date { .. } => LocalText::new("写成 2026-03-01", "like 2026-03-01"),
        FieldKind::Money { .. } => LocalText::new("单位是元，例如 1200.50", "in yuan, like 1200.50"),
        FieldKind::Number { unit: Some(unit), .. } => {
            LocalText::new(format!("写数字，单位是{}", unit.zh.trim()), format!("a number, in {}", unit.en.trim()))
        }
        FieldKind::Number { .. } => LocalText::new("写数字", "a number"),
        FieldKind::IdNumber | FieldKind::CreditCode | FieldKind::BankCard | FieldKind::PropertyUnit => {
            LocalText::new("先把这一列设成文本再填", "make the column text first")
        }
        FieldKind::Region => LocalText::new("写六位区划代码", "the code of six digits"),
        FieldKind::Phone => LocalText::new("写手机号", "a mobile number"),
        _ => LocalText::new("写文字", "words"),
    }
}
