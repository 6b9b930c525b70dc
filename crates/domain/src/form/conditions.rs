//! Notes beside conditions: `{register.field}` stands for a fact, `{register.field|money}` for one in fen.

use serde_json::Value;

use crate::{money, person::Facts, text::LocalText};

/// Fills the facts into a note; `None` when one of them is not known.
pub(super) fn fill(note: &LocalText, facts: &Facts) -> Option<LocalText> {
    Some(LocalText::new(fill_text(&note.zh, facts)?, fill_text(&note.en, facts)?))
}

fn fill_text(text: &str, facts: &Facts) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, behind) = after.split_once('}')?;
        out.push_str(before);
        out.push_str(&written(name, facts)?);
        rest = behind;
    }
    out.push_str(rest);
    Some(out)
}

fn written(name: &str, facts: &Facts) -> Option<String> {
    let (key, format) = name.split_once('|').unwrap_or((name, ""));
    let value = &facts.0.get(key.trim())?.value;
    match (format.trim(), value) {
        (_, Value::Null) => None,
        ("money", Value::Number(fen)) => fen.as_i64().map(money::yuan),
        (_, Value::String(text)) => Some(text.clone()),
        (_, Value::Array(list)) => Some(list.len().to_string()),
        (_, other) => Some(other.to_string()),
    }
}
