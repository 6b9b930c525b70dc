//! Rows out of the pages of a damaged store, without SQLite: it refuses a whole file for one broken page.
//!
//! Every leaf page of a table, in the file or in its write-ahead log, is read for itself. What comes out are only
//! candidates: whether a row is genuine is told by its seal, so a wrong guess here can never become an answer.
//! Format: <https://www.sqlite.org/fileformat2.html>, sections 1.5 to 2.1 and 4.1.

use std::collections::HashMap;

/// Page size of every store this app has made: SQLite's own, never changed.
pub(crate) const PAGE: usize = 4096;
const FILE_HEADER: usize = 100;
const LOG_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
const TABLE_LEAF: u8 = 0x0D;
const LEAF_HEADER: usize = 8;
/// Most bytes of a cell that stay on its page, and fewest where it overflows (format, section 1.6).
const LOCAL_MOST: usize = PAGE - 35;
const LOCAL_LEAST: usize = (PAGE - 12) * 32 / 255 - 23;
const CHAIN: usize = PAGE - 4;
/// No row of a store is as long as this.
const PAYLOAD_MOST: usize = 64 * 1024 * 1024;

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Null,
    Int(i64),
    Text(String),
    Blob(Vec<u8>),
    /// A kind no table of a store has.
    Other,
}

impl Value {
    pub(crate) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(crate) fn int(&self) -> Option<i64> {
        if let Self::Int(number) = self { Some(*number) } else { None }
    }

    pub(crate) fn blob(&self) -> Option<&[u8]> {
        if let Self::Blob(bytes) = self { Some(bytes) } else { None }
    }
}

/// Candidate rows of all tables, oldest copy first.
pub(crate) fn rows(store: &[u8], log: &[u8]) -> Vec<Vec<Value>> {
    let pages = Pages::of(store, log);
    let in_store = store.chunks_exact(PAGE).enumerate().map(|(at, page)| (page, at == 0, 0));
    let in_log = pages.frames.iter().enumerate().map(|(at, (number, page))| (*page, *number == 1, at + 1));
    let mut found = Vec::new();
    for (page, first, known) in in_store.chain(in_log) {
        leaf(page, if first { FILE_HEADER } else { 0 }, &pages, known, &mut found);
    }
    found
}

/// Pages of the file, and newer ones of the log.
struct Pages<'a> {
    store: &'a [u8],
    /// Page number and content of each frame, in order.
    frames: Vec<(u32, &'a [u8])>,
    /// Frames of each page, in order.
    by_page: HashMap<u32, Vec<usize>>,
}

impl<'a> Pages<'a> {
    fn of(store: &'a [u8], log: &'a [u8]) -> Self {
        let frames: Vec<(u32, &[u8])> = log
            .get(LOG_HEADER..)
            .unwrap_or_default()
            .chunks_exact(FRAME_HEADER + PAGE)
            .filter_map(|frame| Some((number(frame, 0)?, &frame[FRAME_HEADER..])))
            .collect();
        let mut by_page: HashMap<u32, Vec<usize>> = HashMap::new();
        for (at, (page, _)) in frames.iter().enumerate() {
            by_page.entry(*page).or_default().push(at);
        }
        Self { store, frames, by_page }
    }

    /// A page as it stood when the first `known` frames of the log were written.
    fn page(&self, page: u32, known: usize) -> Option<&'a [u8]> {
        let newer = self.by_page.get(&page).and_then(|frames| frames.iter().rev().find(|at| **at < known));
        if let Some(at) = newer {
            return Some(self.frames[*at].1);
        }
        let from = (page as usize).checked_sub(1)?.checked_mul(PAGE)?;
        self.store.get(from..from.checked_add(PAGE)?)
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn short(bytes: &[u8], at: usize) -> Option<usize> {
    Some(usize::from(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?)))
}

fn leaf(page: &[u8], header: usize, pages: &Pages<'_>, known: usize, found: &mut Vec<Vec<Value>>) {
    if page.get(header) != Some(&TABLE_LEAF) {
        return;
    }
    let cells = short(page, header + 3).unwrap_or(0);
    for cell in 0..cells {
        let Some(at) = short(page, header + LEAF_HEADER + 2 * cell) else { return };
        let row = payload(page, at, pages, known).as_deref().and_then(record);
        found.extend(row);
    }
}

/// A whole row of bytes: what stands on the page and what its overflow pages hold.
fn payload(page: &[u8], at: usize, pages: &Pages<'_>, known: usize) -> Option<Vec<u8>> {
    let (length, at) = varint(page, at)?;
    let (_row_id, at) = varint(page, at)?;
    let length = usize::try_from(length).ok().filter(|length| *length <= PAYLOAD_MOST)?;
    if length <= LOCAL_MOST {
        return Some(page.get(at..at + length)?.to_vec());
    }
    let fitting = LOCAL_LEAST + (length - LOCAL_LEAST) % CHAIN;
    let local = if fitting <= LOCAL_MOST { fitting } else { LOCAL_LEAST };
    let mut bytes = page.get(at..at + local)?.to_vec();
    let mut next = number(page, at + local)?;
    while bytes.len() < length {
        let more = pages.page(next, known)?;
        let wanted = (length - bytes.len()).min(CHAIN);
        bytes.extend_from_slice(&more[4..4 + wanted]);
        next = number(more, 0)?;
    }
    Some(bytes)
}

/// Columns of a row.
fn record(bytes: &[u8]) -> Option<Vec<Value>> {
    let (header, mut at) = varint(bytes, 0)?;
    let header = usize::try_from(header).ok().filter(|header| *header <= bytes.len())?;
    let mut body = header;
    let mut columns = Vec::new();
    while at < header {
        let (kind, after) = varint(bytes, at)?;
        at = after;
        let (value, length) = column(bytes, body, kind)?;
        body += length;
        columns.push(value);
    }
    Some(columns)
}

/// One column and its length (format, section 2.1).
fn column(bytes: &[u8], at: usize, kind: u64) -> Option<(Value, usize)> {
    let whole = |length: usize| {
        let digits = bytes.get(at..at + length)?;
        let negative = digits.first().is_some_and(|byte| byte & 0x80 != 0);
        let start = if negative { -1 } else { 0 };
        Some((Value::Int(digits.iter().fold(start, |number: i64, byte| number << 8 | i64::from(*byte))), length))
    };
    match kind {
        0 => Some((Value::Null, 0)),
        1..=4 => whole(usize::try_from(kind).ok()?),
        5 => whole(6),
        6 => whole(8),
        7 => Some((Value::Other, 8)),
        8 | 9 => Some((Value::Int(i64::from(kind == 9)), 0)),
        10 | 11 => None,
        _ => {
            let length = usize::try_from((kind - 12) / 2).ok()?;
            let content = bytes.get(at..at.checked_add(length)?)?;
            let value = if kind.is_multiple_of(2) {
                Value::Blob(content.to_vec())
            } else {
                String::from_utf8(content.to_vec()).map_or(Value::Other, Value::Text)
            };
            Some((value, length))
        }
    }
}

/// A number of one to nine bytes (format, section 1.6), and where the next thing begins.
fn varint(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
    let mut number = 0;
    for length in 0..9 {
        let byte = *bytes.get(at + length)?;
        if length == 8 {
            return Some((number << 8 | u64::from(byte), at + 9));
        }
        number = number << 7 | u64::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            return Some((number, at + length + 1));
        }
    }
    None
}
