//! What tests of this crate share: the published calendars and a way to write items compactly.

use crate::{
    calendar::{CalendarYear, WorkCalendar},
    item::ServiceItem,
    time::Date,
};

/// A day from its text.
pub(crate) fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

fn days(ranges: &[&str]) -> Vec<Date> {
    let mut all = Vec::new();
    for range in ranges {
        let (from, to) = range.split_once("..").unwrap_or((range, range));
        let mut current = day(from);
        while current <= day(to) {
            all.push(current);
            current = Date(current.0.tomorrow().expect("tomorrow"));
        }
    }
    all
}

/// 2025 and 2026 as published, 2027 with the statutory days only (domain.md §3.3).
pub(crate) fn calendar() -> WorkCalendar {
    let year = |year, provisional, off: &[&str], work: &[&str]| CalendarYear {
        year,
        notice: None,
        provisional,
        off: days(off),
        work: days(work),
    };
    WorkCalendar::new(&[
        year(
            2025,
            false,
            &[
                "2025-01-01",
                "2025-01-28..2025-02-04",
                "2025-04-04..2025-04-06",
                "2025-05-01..2025-05-05",
                "2025-05-31..2025-06-02",
                "2025-10-01..2025-10-08",
            ],
            &["2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11"],
        ),
        year(
            2026,
            false,
            &[
                "2026-01-01..2026-01-03",
                "2026-02-15..2026-02-23",
                "2026-04-04..2026-04-06",
                "2026-05-01..2026-05-05",
                "2026-06-19..2026-06-21",
                "2026-09-25..2026-09-27",
                "2026-10-01..2026-10-07",
            ],
            &["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"],
        ),
        year(
            2027,
            true,
            &[
                "2027-01-01",
                "2027-02-05..2027-02-08",
                "2027-04-05",
                "2027-05-01..2027-05-02",
                "2027-06-09",
                "2027-09-15",
                "2027-10-01..2027-10-03",
            ],
            &[],
        ),
    ])
}

/// An item from the parts a test cares about; texts may be written as one string.
pub(crate) fn item(yaml: &str) -> ServiceItem {
    let mut whole: serde_json::Value = yaml_serde::from_str(SKELETON).expect("skeleton");
    let given: serde_json::Value = yaml_serde::from_str(yaml).expect("yaml of a test");
    merge(&mut whole, given);
    texts(&mut whole, "");
    serde_json::from_value(whole).expect("an item")
}

fn merge(into: &mut serde_json::Value, from: serde_json::Value) {
    match (into, from) {
        (serde_json::Value::Object(into), serde_json::Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key).or_insert(serde_json::Value::Null), value);
            }
        }
        (into, from) => *into = from,
    }
}

/// Writes `label: words` out as both languages.
fn texts(value: &mut serde_json::Value, key: &str) {
    const WORDS: [&str; 21] = [
        "label",
        "title",
        "plain",
        "why",
        "section",
        "message",
        "declaration",
        "words",
        "note",
        "name",
        "accept",
        "source",
        "remedy",
        "purpose",
        "basis",
        "when_met",
        "when_not",
        "when_open",
        "summary",
        "hint",
        "effect",
    ];
    match value {
        serde_json::Value::String(text) if WORDS.contains(&key) => {
            *value = serde_json::json!({"zh": text, "en": text});
        }
        serde_json::Value::Object(map) => map.iter_mut().for_each(|(key, value)| texts(value, key)),
        serde_json::Value::Array(list) => list.iter_mut().for_each(|value| texts(value, key)),
        _ => {}
    }
}

const SKELETON: &str = r#"
code: test
version: 1
guide:
  name: Test
  summary: Test
  plain: Test
  basic_code: "000120000000"
  item_type: public_service
  audience: [natural_person]
  themes: []
  department: office
  icon: house
  keywords: []
  handling: promised
  statutory_limit: {days: 20, unit: working_day}
  promised_limit: {days: 3, unit: working_day}
  online_depth: IV
  trips: 0
  minutes: 5
  fee: {charged: false, words: free, pay_online: false}
  conditions: []
  steps: []
  result: {kind: document, name: Result, delivery: {zh: app, en: app}}
  legal_basis: []
  figures: []
  counters: []
  consult_phone: 0371-1
  complaint_phone: 0371-2
  rights: {zh: rights, en: rights}
  remedies: {reconsideration: {zh: a, en: a}, litigation: {zh: b, en: b}}
  faq: []
  facts: []
  last_verified: 2026-11-01
form: {pages: [], declaration: I declare, checks: []}
materials: []
workflow:
  steps:
    - {id: review, title: Review, department: office, role: review, days: 1}
    - {id: decide, title: Decide, department: centre, role: decide, days: 2}
  outputs: []
"#;
