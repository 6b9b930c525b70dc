//! What changed between two packs, in words: services by code, entries by their id, the rest by place.

use haoban_domain::{item::ServiceItem, pack::CityPack};
use serde_json::Value;

/// Everything that changed from one pack to another, one sentence each; empty when nothing did.
#[must_use]
pub fn packs(old: &CityPack, new: &CityPack) -> Vec<String> {
    let mut said = Vec::new();
    let parts = |pack: &CityPack| {
        let mut whole = serde_json::to_value(pack).unwrap_or_default();
        let items = whole.as_object_mut().and_then(|whole| whole.remove("items"));
        drop(items);
        whole
    };
    walk("", &parts(old), &parts(new), &mut said);
    for item in &old.items {
        match new.items.iter().find(|other| other.code == item.code) {
            None => said.push(format!("service `{}` ({}) is gone", item.code, item.guide.name.zh)),
            Some(other) => said.extend(item_pair(item, other)),
        }
    }
    for item in new.items.iter().filter(|item| !old.items.iter().any(|other| other.code == item.code)) {
        said.push(format!("service `{}` ({}) is new", item.code, item.guide.name.zh));
    }
    said
}

fn item_pair(old: &ServiceItem, new: &ServiceItem) -> Vec<String> {
    let changes = items(old, new);
    let heading = format!("service `{}` ({})", new.code, new.guide.name.zh);
    let mut said: Vec<String> = changes.iter().map(|change| format!("{heading}: {change}")).collect();
    if !changes.is_empty() && old.version == new.version {
        said.push(format!("{heading}: the version is still {}; raise it, or this cannot be published", new.version));
    }
    said
}

/// What changed in one service, version apart.
#[must_use]
pub fn items(old: &ServiceItem, new: &ServiceItem) -> Vec<String> {
    let mut said = Vec::new();
    let value = |item: &ServiceItem| serde_json::to_value(item).unwrap_or_default();
    walk("", &value(old), &value(new), &mut said);
    said
}

fn walk(place: &str, old: &Value, new: &Value, said: &mut Vec<String>) {
    if old == new {
        return;
    }
    match (old, new) {
        (Value::Object(one), Value::Object(two)) if is_text(old) && is_text(new) => {
            let (before, after) = (words(old), words(new));
            match one.get("zh") == two.get("zh") {
                true => said.push(format!("{place}: the English words change")),
                false => said.push(format!("{place}: “{before}” becomes “{after}”")),
            }
        }
        (Value::Object(one), Value::Object(two)) => {
            for (key, value) in one {
                let at = deeper(place, key);
                match two.get(key) {
                    Some(other) => walk(&at, value, other, said),
                    None => said.push(format!("{at}: {} is taken away", words(value))),
                }
            }
            let added = two.iter().filter(|(key, _)| !one.contains_key(*key));
            added.for_each(|(key, value)| said.push(format!("{}: {} is added", deeper(place, key), words(value))));
        }
        (Value::Array(one), Value::Array(two)) => lists(place, one, two, said),
        _ => said.push(format!("{place}: {} becomes {}", words(old), words(new))),
    }
}

/// Lists are compared by the ids of their entries; lists without ids by their places.
fn lists(place: &str, old: &[Value], new: &[Value], said: &mut Vec<String>) {
    let (one, two) = (names(old), names(new));
    for (name, value) in one.iter().zip(old) {
        let at = entry(place, name);
        match two.iter().position(|other| other == name) {
            Some(found) => walk(&at, value, &new[found], said),
            None => said.push(format!("{at}: {} is taken away", words(value))),
        }
    }
    for (name, value) in two.iter().zip(new).filter(|(name, _)| !one.contains(name)) {
        said.push(format!("{}: {} is added", entry(place, name), words(value)));
    }
    let kept = |names: &[String], others: &[String]| -> Vec<String> {
        names.iter().filter(|name| others.contains(name)).cloned().collect()
    };
    if kept(&one, &two) != kept(&two, &one) {
        said.push(format!("{place}: the order changes"));
    }
}

/// Ids of entries; texts are their own name, others are numbered.
fn names(list: &[Value]) -> Vec<String> {
    let name = |(at, value): (usize, &Value)| {
        let dated = |id: &str| match value["effective_from"].as_str() {
            Some(from) => format!("{id} from {from}"),
            None => id.to_owned(),
        };
        let key = ["id", "code", "key", "fact", "value", "year"].into_iter().find_map(|key| match &value[key] {
            Value::String(id) => Some(dated(id)),
            Value::Number(id) => Some(id.to_string()),
            _ => None,
        });
        key.or_else(|| value.as_str().map(str::to_owned)).unwrap_or_else(|| (at + 1).to_string())
    };
    list.iter().enumerate().map(name).collect()
}

fn deeper(place: &str, key: &str) -> String {
    if place.is_empty() { key.to_owned() } else { format!("{place}, {key}") }
}

/// `pages` and an id become “page `id`”.
fn entry(place: &str, name: &str) -> String {
    let (before, list) = place.rsplit_once(", ").map_or(("", place), |(before, list)| (before, list));
    let one = match list {
        "faq" => "question",
        "departments" | "regions" | "registers" | "pages" | "fields" | "options" | "checks" | "conditions"
        | "facts" | "figures" | "steps" | "outputs" | "counters" | "materials" | "themes" | "keywords"
        | "calendars" => list.trim_end_matches('s'),
        other => other,
    };
    deeper(before, &format!("{one} `{name}`"))
}

fn is_text(value: &Value) -> bool {
    value.as_object().is_some_and(|map| map.len() == 2 && map.contains_key("zh") && map.contains_key("en"))
}

/// A value as one reads it in a sentence.
fn words(value: &Value) -> String {
    match value {
        Value::String(text) => format!("“{text}”"),
        Value::Object(map) if is_text(value) => map["zh"].as_str().unwrap_or_default().to_owned(),
        Value::Object(map) => {
            let named = ["label", "title", "name", "words", "question", "id"].into_iter().find_map(|key| map.get(key));
            named.map_or_else(|| "the entry".to_owned(), words)
        }
        Value::Array(list) => format!("a list of {}", list.len()),
        other => other.to_string(),
    }
}
