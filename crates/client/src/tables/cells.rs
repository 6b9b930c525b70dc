//! Bytes to cells: the encodings and separators that spreadsheets write.

use encoding_rs::{Encoding, GB18030, UTF_8};
use haoban_wire::{Problem, ProblemCode};

use super::{Line, Table};

/// How files of spreadsheets themselves begin: they are not text.
const WORKBOOKS: [&[u8]; 2] = [b"PK\x03\x04", b"\xd0\xcf\x11\xe0"];
/// What parts cells, the usual one first.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];
/// Most columns of a table; more is no table of a form.
const COLUMNS_MOST: usize = 200;

fn unreadable(what: &str) -> Problem {
    Problem::new(ProblemCode::TableUnreadable).with("what", what)
}

/// Reads a table.
pub(super) fn table(name: String, content: &[u8]) -> Result<Table, Problem> {
    let text = text(content)?;
    let (separator, text) = separator(&text);
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(text.as_bytes());
    let mut lines = Vec::new();
    let mut record = csv::StringRecord::new();
    let mut inner = 0;
    while reader.read_record(&mut record).map_err(|_| unreadable("text"))? {
        if record.len() > COLUMNS_MOST {
            return Err(unreadable("text"));
        }
        // A spreadsheet numbers rows, and a row may hold line breaks.
        inner += record.iter().map(|cell| cell.matches('\n').count() as u64).sum::<u64>();
        let number = reader.position().line().saturating_sub(1 + inner);
        let cells: Vec<String> = record.iter().map(|cell| cell.trim().to_owned()).collect();
        if cells.iter().any(|cell| !cell.is_empty()) {
            lines.push(Line { number: u32::try_from(number).unwrap_or(u32::MAX), cells });
        }
    }
    if lines.is_empty() {
        return Err(unreadable("empty"));
    }
    let header = lines.remove(0).cells;
    Ok(Table { name, header, rows: lines })
}

/// The text of a file: by its mark, else UTF-8, else GB18030, which Chinese spreadsheets write.
fn text(content: &[u8]) -> Result<String, Problem> {
    if WORKBOOKS.iter().any(|begin| content.starts_with(begin)) {
        return Err(unreadable("workbook"));
    }
    let encoding = match Encoding::for_bom(content) {
        Some((marked, _)) => marked,
        None if std::str::from_utf8(content).is_ok() => UTF_8,
        None => GB18030,
    };
    let (text, _, broken) = encoding.decode(content);
    if broken || text.contains('\0') {
        return Err(unreadable("text"));
    }
    let mut text = text.replace("\r\n", "\n").replace('\r', "\n");
    if !text.ends_with('\n') {
        text.push('\n');
    }
    if text.bytes().filter(|byte| *byte == b'"').count() % 2 == 1 {
        return Err(unreadable("quotes"));
    }
    Ok(text)
}

/// What parts the cells: as a line `sep=` says, else what the first line holds most of outside quotes.
fn separator(text: &str) -> (u8, &str) {
    if let Some((first, rest)) = text.split_once('\n')
        && let [b's', b'e', b'p', b'=', separator] = first.as_bytes()
        && SEPARATORS.contains(separator)
    {
        return (*separator, rest);
    }
    let mut quoted = false;
    let mut counts = [0_usize; SEPARATORS.len()];
    for byte in text.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            _ if quoted => {}
            _ => {
                if let Some(place) = SEPARATORS.iter().position(|known| *known == byte) {
                    counts[place] += 1;
                }
            }
        }
    }
    let most = (0..SEPARATORS.len()).rev().max_by_key(|place| counts[*place]).unwrap_or(0);
    (SEPARATORS[most], text)
}
