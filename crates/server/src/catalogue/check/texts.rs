//! Texts: both languages there (§2.5 has no number for it), and short enough to be read (L19).

use haoban_domain::pack::CityPack;
use serde_json::Value;

use super::{Finding, item_file, links, load};

/// Longest Chinese sentence of a text for residents, in characters.
const MAX_SENTENCE: usize = 60;
/// Longest text in the plainest words.
const MAX_PLAIN: usize = 40;

/// Checks every text of a pack.
#[must_use]
pub fn check(pack: &CityPack) -> Vec<Finding> {
    let mut texts = Texts { hosts: &pack.city.links, findings: Vec::new() };
    texts.walk("city.yaml", "", &json(&pack.city));
    texts.walk("departments.yaml", "", &json(&pack.departments));
    texts.walk("regions.yaml", "", &json(&pack.regions));
    texts.walk("licences.yaml", "", &json(&pack.licence_types));
    texts.walk("registers.yaml", "", &json(&pack.registers));
    texts.walk("dictionary.yaml", "", &json(&pack.dictionary));
    texts.walk("appointments.yaml", "", &json(&pack.schedules));
    for item in &pack.items {
        texts.walk(&item_file(&item.code, "item"), "guide", &json(&item.guide));
        texts.walk(&item_file(&item.code, "form"), "", &json(&item.form));
        texts.walk(&item_file(&item.code, "materials"), "", &json(&item.materials));
        texts.walk(&item_file(&item.code, "workflow"), "", &json(&item.workflow));
    }
    for service in &pack.joint {
        texts.walk(&load::joint_file(&service.code), "", &json(service));
    }
    texts.findings
}

/// The texts of a pack and what is wrong with them.
struct Texts<'a> {
    hosts: &'a [String],
    findings: Vec<Finding>,
}

fn json(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

impl Texts<'_> {
    /// Visits every `{zh, en}` below a value.
    fn walk(&mut self, file: &str, path: &str, value: &Value) {
        let deeper = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        match value {
            Value::Object(map) => {
                if let (Some(Value::String(zh)), Some(Value::String(en)), 2) = (map.get("zh"), map.get("en"), map.len())
                {
                    text(&mut self.findings, file, path, zh, en);
                    links::check(&mut self.findings, self.hosts, file, path, &format!("{zh} {en}"));
                    return;
                }
                if let Some(Value::String(url)) = map.get("url") {
                    links::check(&mut self.findings, self.hosts, file, &deeper("url"), url);
                }
                map.iter().for_each(|(key, inner)| self.walk(file, &deeper(key), inner));
            }
            Value::Array(list) => {
                list.iter().enumerate().for_each(|(at, inner)| self.walk(file, &deeper(&at.to_string()), inner));
            }
            _ => {}
        }
    }
}

fn text(findings: &mut Vec<Finding>, file: &str, path: &str, zh: &str, en: &str) {
    for (part, words) in [("zh", zh), ("en", en)] {
        if words.trim().is_empty() {
            findings.push(Finding::at(
                file,
                format!("{path}.{part}"),
                "translation",
                "the text is empty",
                "write it in both languages",
            ));
        }
    }
    if has_chinese(zh) && !en.trim().is_empty() && !en.chars().any(char::is_alphanumeric) {
        findings.push(Finding::at(
            file,
            format!("{path}.en"),
            "translation",
            "the English text has no word",
            "translate it",
        ));
    }
    if has_chinese(en) && !en.contains('“') {
        findings.push(Finding::at(
            file,
            format!("{path}.en"),
            "translation",
            "the English text holds Chinese",
            "translate it",
        ));
    }
    if holes(zh) != holes(en) {
        findings.push(Finding::at(
            file,
            path,
            "translation",
            "the `{…}` of the two languages differ",
            "name the same facts in both",
        ));
    }
    length(findings, file, path, zh);
}

fn length(findings: &mut Vec<Finding>, file: &str, path: &str, zh: &str) {
    let plain = path.rsplit('.').next() == Some("plain");
    let limit = if plain { MAX_PLAIN } else { MAX_SENTENCE };
    let longest = zh.split(['。', '；', '？', '！']).map(|sentence| sentence.chars().count()).max().unwrap_or(0);
    if longest > limit {
        let message = format!("a sentence of {longest} characters; at most {limit}");
        findings.push(Finding::at(file, format!("{path}.zh"), "L19", message, "make two sentences of it"));
    }
}

fn has_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

/// What stands in braces, in order of the alphabet.
fn holes(text: &str) -> Vec<&str> {
    let mut found: Vec<&str> =
        text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(hole, _)| hole)).collect();
    found.sort_unstable();
    found
}
