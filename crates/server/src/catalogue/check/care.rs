//! What residents are never asked, where they are never sent, and why they are asked at all.

use haoban_domain::{
    form::{Field, Page},
    item::{FactUse, ServiceItem},
    joint::JointService,
    pack::{CityPack, Element, Sensitivity},
    text::LocalText,
};

use super::{Finding, expressions, item_file};

/// Words of a label that ask for a secret nobody may ask for.
const SECRETS: [&str; 12] = [
    "密码",
    "验证码",
    "校验码",
    "口令",
    "短信码",
    "动态码",
    "password",
    "passcode",
    "verification code",
    "one-time code",
    "cvv",
    " pin ",
];
/// Fewest characters of a purpose that says something.
const MIN_PURPOSE: usize = 3;

/// Checks one item.
#[must_use]
pub fn check(item: &ServiceItem) -> Vec<Finding> {
    let mut findings = Vec::new();
    let form = item_file(&item.code, "form");
    for (path, field, _) in expressions::fields(item) {
        secrets(&form, &path, field, &mut findings);
        if let Some(why) = &field.why {
            purpose(&form, &format!("{path}.why"), why, &field.label, &mut findings);
        }
    }
    for (at, question) in item.form.calculator.iter().flat_map(|calculator| &calculator.unknown_facts).enumerate() {
        secrets(&form, &format!("calculator.unknown_facts.{at}.ask"), &question.ask, &mut findings);
    }
    pages(&form, "pages", &item.form.pages, &mut findings);
    facts(&item_file(&item.code, "item"), &item.guide.facts, &mut findings);
    findings
}

/// Checks the situation of a joint service; its parts are checked as items.
#[must_use]
pub fn of_joint(service: &JointService, file: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, page) in service.situation.iter().enumerate() {
        for (index, field) in page.fields.iter().enumerate() {
            secrets(file, &format!("situation.{at}.fields.{index}"), field, &mut findings);
        }
    }
    pages(file, "situation", &service.situation, &mut findings);
    facts(file, &service.guide.facts, &mut findings);
    findings
}

fn pages(file: &str, key: &str, pages: &[Page], findings: &mut Vec<Finding>) {
    for (at, page) in pages.iter().enumerate() {
        asks(file, &format!("{key}.{at}.title"), &page.title, findings);
        purpose(file, &format!("{key}.{at}.why"), &page.why, &page.title, findings);
    }
}

fn facts(file: &str, facts: &[FactUse], findings: &mut Vec<Finding>) {
    for (at, fact) in facts.iter().enumerate() {
        let nothing = LocalText::default();
        purpose(file, &format!("guide.facts.{at}.purpose"), &fact.purpose, &nothing, findings);
    }
}

/// Checks the dictionary of a pack.
#[must_use]
pub fn dictionary(pack: &CityPack) -> Vec<Finding> {
    const FILE: &str = "dictionary.yaml";
    let mut findings = Vec::new();
    for (at, element) in pack.dictionary.iter().enumerate() {
        asks(FILE, &format!("{at}.label"), &element.label, &mut findings);
        purpose(FILE, &format!("{at}.purpose"), &element.purpose, &element.label, &mut findings);
        if too_open(element) {
            let message = format!("`{}` is more personal than its grade says", element.id);
            let remedy =
                "identity and card numbers are `sensitive`, phones at least `personal`, addresses at least `internal`";
            findings.push(Finding::at(FILE, format!("{at}.sensitivity"), "sensitivity", message, remedy));
        }
    }
    findings
}

/// domain.md §8.2: what each kind is at least.
fn too_open(element: &Element) -> bool {
    let grade = |sensitivity: Sensitivity| match sensitivity {
        Sensitivity::Public => 1,
        Sensitivity::Internal => 2,
        Sensitivity::Personal => 3,
        Sensitivity::Sensitive => 4,
    };
    let least = match element.kind.as_str() {
        "id_number" | "bank_card" => 4,
        "phone" => 3,
        // Where a shop or a store stands is no secret; where a person lives is, and only authors know which.
        "address" => 2,
        _ => 1,
    };
    grade(element.sensitivity) < least
}

fn secrets(file: &str, path: &str, field: &Field, findings: &mut Vec<Finding>) {
    asks(file, &format!("{path}.label"), &field.label, findings);
    if let Some(plain) = &field.plain {
        asks(file, &format!("{path}.plain"), plain, findings);
    }
}

/// A question that asks for a password or a code.
fn asks(file: &str, path: &str, words: &LocalText, findings: &mut Vec<Finding>) {
    let english = format!(" {} ", words.en.to_lowercase());
    if let Some(secret) = SECRETS.iter().find(|secret| words.zh.contains(**secret) || english.contains(**secret)) {
        let message = format!("a resident is asked for a secret (`{}`)", secret.trim());
        let remedy = "no service may ask for passwords or codes; ask for something else";
        findings.push(Finding::at(file, path, "secrets", message, remedy));
    }
}

/// A purpose says more than the label does.
fn purpose(file: &str, path: &str, words: &LocalText, label: &LocalText, findings: &mut Vec<Finding>) {
    let short = words.zh.trim().chars().count() < MIN_PURPOSE;
    if short || words.zh.trim() == label.zh.trim() {
        let message = format!("`{}` does not say what it is needed for", words.zh);
        findings.push(Finding::at(file, path, "purpose", message, "say in one sentence what it is used for"));
    }
}
