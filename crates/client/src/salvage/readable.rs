//! Drafts as a plain text: pages, labels and answers, as the resident knows them from the screen.

use haoban_domain::{
    form::{ChoiceOption, Field, FieldKind, decimal},
    item::ServiceItem,
    money,
    text::Language,
    time::Timestamp,
};
use serde_json::Value;

use crate::{
    drafts::{DraftRecord, StoredDraft},
    words::words,
};

/// A draft and, where it could be read too, the form it was filled against.
pub(crate) struct Readable {
    pub(crate) draft: StoredDraft,
    pub(crate) item: Option<ServiceItem>,
}

/// The whole file.
pub(crate) fn file(drafts: &[Readable], unreadable: usize, now: Timestamp, language: Language) -> String {
    let say = |key: &str, values: &[(&str, &str)]| words(key, values).in_language(language).to_owned();
    let (count, lost) = (drafts.len().to_string(), unreadable.to_string());
    // Editors of some systems take a text for the local code page unless it begins with a mark.
    let mut text = String::from("\u{feff}");
    let mut line = |words: &str| {
        text.push_str(words);
        text.push_str("\r\n");
    };
    line(&say("salvage.title", &[]));
    line(&say("salvage.when", &[("when", &moment(now))]));
    line(&say("salvage.care", &[]));
    line(&say("salvage.count", &[("count", &count)]));
    if unreadable > 0 {
        line(&say("salvage.lost", &[("count", &lost)]));
    }
    for one in drafts {
        line("");
        line("----------------------------------------");
        let record = &one.draft.record;
        line(record.item_name.in_language(language));
        if let Some(name) = &record.name {
            line(&say("salvage.name", &[("name", name)]));
        }
        line(&say("salvage.saved", &[("when", &moment(one.draft.saved_at))]));
        line(&say(&format!("salvage.standing.{}", one.draft.standing.as_str()), &[]));
        for (label, answer) in answers(record, one.item.as_ref(), language) {
            match answer {
                None => {
                    line("");
                    line(&format!("【{label}】"));
                }
                Some(answer) => line(&say("salvage.answer", &[("label", &label), ("answer", &answer)])),
            }
        }
    }
    text
}

fn moment(at: Timestamp) -> String {
    let (hour, minute) = at.city_hour_minute();
    format!("{} {hour:02}:{minute:02}", at.city_date())
}

/// Headings (without an answer) and answers in the form's order; answers the form does not know come last.
fn answers(record: &DraftRecord, item: Option<&ServiceItem>, language: Language) -> Vec<(String, Option<String>)> {
    let mut lines = Vec::new();
    let mut left = record.answers.clone();
    for page in item.iter().flat_map(|item| &item.form.pages) {
        let answered: Vec<_> = page.fields.iter().filter_map(|field| Some((field, left.remove(&field.id)?))).collect();
        if !answered.is_empty() {
            lines.push((page.title.in_language(language).to_owned(), None));
        }
        for (field, value) in answered {
            lines.push((field.label.in_language(language).to_owned(), Some(answer(Some(field), &value, language))));
        }
    }
    if !left.is_empty() {
        lines.push((words("salvage.other", &[]).in_language(language).to_owned(), None));
    }
    lines.extend(left.into_iter().map(|(id, value)| (id, Some(answer(None, &value, language)))));
    lines
}

fn answer(field: Option<&Field>, value: &Value, language: Language) -> String {
    let of = |options: &[ChoiceOption], chosen: &Value| {
        let known = options.iter().find(|option| chosen.as_str() == Some(&option.value));
        known.map_or_else(|| plain(chosen, language), |option| option.label.in_language(language).to_owned())
    };
    match (field.map(|field| &field.kind), value) {
        (Some(FieldKind::SingleChoice { options }), chosen) => of(options, chosen),
        (Some(FieldKind::MultiChoice { options }), Value::Array(chosen)) => {
            chosen.iter().map(|one| of(options, one)).collect::<Vec<_>>().join(", ")
        }
        (Some(FieldKind::Money { .. }), Value::Number(fen)) => {
            fen.as_i64().map_or_else(|| fen.to_string(), money::yuan)
        }
        (Some(FieldKind::Number { decimals, unit, .. }), Value::Number(number)) => {
            let unit = unit.as_ref().map_or("", |unit| unit.in_language(language));
            number.as_i64().map_or_else(|| number.to_string(), |number| decimal(number, *decimals)) + unit
        }
        (Some(FieldKind::People { fields, .. } | FieldKind::Group { fields, .. }), Value::Array(entries)) => {
            entries.iter().map(|entry| entry_line(fields, entry, language)).collect()
        }
        (Some(FieldKind::Signature), Value::Object(drawn)) if drawn.contains_key("strokes") => {
            words("salvage.signature", &[]).in_language(language).to_owned()
        }
        (_, value) => plain(value, language),
    }
}

/// One person or thing of a list, on a line of its own.
fn entry_line(fields: &[Field], entry: &Value, language: Language) -> String {
    let parts: Vec<String> = fields
        .iter()
        .filter_map(|field| {
            let value = entry.get(&field.id)?;
            Some(format!("{} {}", field.label.in_language(language), answer(Some(field), value, language)))
        })
        .collect();
    format!("\r\n  - {}", parts.join("; "))
}

fn plain(value: &Value, language: Language) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(yes) => {
            words(if *yes { "salvage.yes" } else { "salvage.no" }, &[]).in_language(language).to_owned()
        }
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(|one| plain(one, language)).collect::<Vec<_>>().join(", "),
        Value::Object(map) => map.values().map(|one| plain(one, language)).collect::<Vec<_>>().join(" "),
    }
}
