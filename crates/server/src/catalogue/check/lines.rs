//! From the path of a finding to the line it stands on, through the text of the file.

use std::ops::Range;

/// The line (from 1) of `pages.2.fields.0.checks`, or of its nearest parent when the key itself is not
/// written here: it may be missing, inherited, or stand in one line with its parent. 1 when nothing of
/// the path is written here.
#[must_use]
pub fn line_of(text: &str, path: &str) -> usize {
    let marks = marks(text);
    let mut range = 0..marks.len();
    let mut row = 0;
    for part in parts(path) {
        let Some(at) = find(&marks, range.clone(), &part) else { break };
        row = marks[at].row;
        range = at + 1..end_of(&marks, at, range.end);
    }
    row + 1
}

/// A step of a path.
enum Part {
    Key(String),
    Index(usize),
    /// An entry by its id, as rules name it: `checks[older]`.
    Id(String),
}

fn parts(path: &str) -> Vec<Part> {
    let mut found = Vec::new();
    for piece in path.split('.').filter(|piece| !piece.is_empty()) {
        let (name, id) =
            piece.split_once('[').map_or((piece, None), |(name, id)| (name, Some(id.trim_end_matches(']'))));
        found.push(name.parse().map_or_else(|_| Part::Key(name.to_owned()), Part::Index));
        if let Some(id) = id {
            found.push(id.parse().map_or_else(|_| Part::Id(id.to_owned()), Part::Index));
        }
    }
    found
}

/// A key or the dash of an entry.
struct Mark<'a> {
    row: usize,
    column: usize,
    /// The key; none for a dash.
    key: Option<&'a str>,
    /// What follows on the row.
    rest: &'a str,
}

fn marks(text: &str) -> Vec<Mark<'_>> {
    let mut found: Vec<Mark<'_>> = Vec::new();
    // Rows deeper than this belong to a text that goes over several rows.
    let mut folded: Option<usize> = None;
    for (row, whole) in text.split('\n').enumerate() {
        let mut rest = whole.trim_start();
        let mut column = whole.len() - rest.len();
        if rest.is_empty() || rest.starts_with('#') || rest == "---" || folded.is_some_and(|level| column > level) {
            continue;
        }
        folded = None;
        while let Some(entry) = rest.strip_prefix("- ") {
            found.push(Mark { row, column, key: None, rest: entry });
            column += 2;
            rest = entry;
        }
        if let Some((key, value)) = rest.split_once(':').filter(|_| !rest.starts_with(['{', '[', '"', '\''])) {
            found.push(Mark { row, column, key: Some(key), rest: value });
            folded = value.trim_start().starts_with(['|', '>']).then_some(column);
        }
    }
    found
}

/// The first mark behind `at` that is not below it.
fn end_of(marks: &[Mark<'_>], at: usize, end: usize) -> usize {
    let (column, is_key) = (marks[at].column, marks[at].key.is_some());
    let outside = |mark: &Mark<'_>| mark.column < column || (mark.column == column && (!is_key || mark.key.is_some()));
    (at + 1..end).find(|&next| outside(&marks[next])).unwrap_or(end)
}

fn find(marks: &[Mark<'_>], range: Range<usize>, part: &Part) -> Option<usize> {
    let first = marks.get(range.start).filter(|_| !range.is_empty())?;
    let (column, is_dash) = (first.column, first.key.is_none());
    let mut level = range.clone().filter(|&at| marks[at].column == column && marks[at].key.is_none() == is_dash);
    match part {
        Part::Key(key) => level.find(|&at| marks[at].key == Some(key)),
        Part::Index(index) => level.nth(*index).filter(|_| is_dash),
        Part::Id(id) => level.filter(|_| is_dash).find(|&at| has_id(marks, at, end_of(marks, at, range.end), id)),
    }
}

fn has_id(marks: &[Mark<'_>], at: usize, end: usize, id: &str) -> bool {
    let named = |text: &str| text.trim().trim_matches('"') == id;
    let own = marks[at + 1..end].iter().find(|mark| mark.key == Some("id")).is_some_and(|mark| named(mark.rest));
    own || marks[at].rest.split(['{', ',']).any(|piece| piece.trim().strip_prefix("id:").is_some_and(named))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# a comment
pages:
  - id: a
    title: { zh: x, en: x }
    fields:
      - id: one
        kind: text
      - { id: two, kind: text }
  - id: b
    fields:
    - id: three
      checks:
        - id: older
          rule: >-
            title: no key
          message: x
declaration:
  zh: x
checks:
  - id: whole
    rule: x
";

    #[test]
    fn keys_indices_and_ids_lead_to_their_line() {
        for (path, line) in [
            ("", 1),
            ("pages", 2),
            ("pages.0", 3),
            ("pages.0.id", 3),
            ("pages.0.title.zh", 4),
            ("pages.0.fields.0.kind", 7),
            ("pages.0.fields.1.kind", 8),
            ("pages.1", 9),
            ("pages.1.fields.0", 11),
            ("pages.1.fields.0.checks.0.rule", 14),
            ("pages.1.fields.0.checks[older].message", 16),
            ("pages[b].fields", 10),
            ("declaration.zh", 18),
            ("checks.0.rule", 21),
        ] {
            assert_eq!(line_of(TEXT, path), line, "{path}");
        }
    }

    #[test]
    fn what_is_not_written_leads_to_its_parent() {
        for (path, line) in
            [("pages.0.why", 3), ("pages.0.fields.7", 5), ("nothing.at.all", 1), ("checks.0.message.en", 20)]
        {
            assert_eq!(line_of(TEXT, path), line, "{path}");
        }
        assert_eq!(line_of("- { id: a }\n- { id: b }\n", "1.id"), 2);
    }
}
