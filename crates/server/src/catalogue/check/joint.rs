//! Joint services: they compose, their guides keep the rules of every guide (L01, L04–L10, L12, L13, L16, L18), their
//! rules read the situation and nothing else, every part has a reason both ways, and nothing is asked or read that
//! decides nothing (L20).

use std::collections::BTreeSet;

use haoban_domain::{
    form::{FieldKind, Required},
    item::ServiceItem,
    joint::{JointService, compose},
    pack::CityPack,
    rules::{self, Expr},
    time::Date,
};

use super::{Finding, audience, care, guide};
use crate::catalogue::load::joint_file;

/// Everything that is wrong with the joint services of a pack.
#[must_use]
pub fn check(pack: &CityPack, today: Date) -> Vec<Finding> {
    let mut findings = composed(pack).err().unwrap_or_default();
    for service in &pack.joint {
        let file = joint_file(&service.code);
        findings.extend(guide::of_joint(service, pack, today));
        findings.extend(audience::check(&service.guide, &file, pack));
        findings.extend(care::of_joint(service, &file));
        names(service, pack, &mut findings);
        parts(service, &mut findings);
        notes(service, &mut findings);
        needless(service, &mut findings);
    }
    findings
}

/// The items that joint services become.
///
/// # Errors
/// Each service that cannot be composed.
pub fn composed(pack: &CityPack) -> Result<Vec<ServiceItem>, Vec<Finding>> {
    let (mut items, mut findings) = (Vec::new(), Vec::new());
    for service in &pack.joint {
        match compose(service, pack) {
            Ok(item) => items.push(item),
            Err(error) => findings.push(finding(service, "parts", "reference", error.to_string(), "correct the name")),
        }
    }
    if findings.is_empty() { Ok(items) } else { Err(findings) }
}

fn finding(service: &JointService, path: &str, rule: &'static str, message: String, remedy: &str) -> Finding {
    Finding::at(joint_file(&service.code), path, rule, message, remedy)
}

fn names(service: &JointService, pack: &CityPack, findings: &mut Vec<Finding>) {
    let department = &service.guide.department;
    if pack.department(department).is_none() {
        let message = format!("there is no department `{department}`");
        findings.push(finding(service, "guide.department", "reference", message, "correct the name or add it"));
    }
    for theme in service.guide.themes.iter().filter(|theme| pack.city.themes.iter().all(|known| known.id != **theme)) {
        let message = format!("there is no theme `{theme}`");
        findings.push(finding(service, "guide.themes", "reference", message, "correct the name or add it"));
    }
}

/// Ids of the questions of the situation.
fn asked(service: &JointService) -> BTreeSet<&str> {
    service.situation.iter().flat_map(|page| &page.fields).map(|field| field.id.as_str()).collect()
}

/// Notes have names of their own and read the situation only.
fn notes(service: &JointService, findings: &mut Vec<Finding>) {
    let asked = asked(service);
    let mut seen = BTreeSet::new();
    for (at, note) in service.notes.iter().enumerate() {
        let path = format!("notes.{at}");
        if !seen.insert(note.id.as_str()) {
            let message = format!("the note `{}` is given twice", note.id);
            findings.push(finding(service, &path, "reference", message, "give each its own"));
        }
        note.when.iter().for_each(|rule| reads_situation(service, &path, rule, &asked, findings));
    }
}

/// A rule that decides about the plan reads the situation and nothing else.
fn reads_situation(
    service: &JointService,
    path: &str,
    rule: &Expr,
    asked: &BTreeSet<&str>,
    findings: &mut Vec<Finding>,
) {
    match rules::reads(rule) {
        Err(reason) => findings.push(finding(service, path, "expression", reason, "mend the rule")),
        Ok(read) => {
            if let Some(id) = read.answers.iter().find(|id| !asked.contains(id.as_str())) {
                let message = format!("the situation has no question `{id}`");
                findings.push(finding(service, path, "expression", message, "parts and notes read the situation only"));
            }
        }
    }
}

fn parts(service: &JointService, findings: &mut Vec<Finding>) {
    let asked = asked(service);
    for (at, part) in service.parts.iter().enumerate() {
        let path = format!("parts.{at}");
        if part.when.is_some() && part.not_because.is_none() {
            let message = format!("`{}` may be left out and nothing says why", part.item);
            findings.push(finding(service, &path, "joint", message, "add not_because"));
        }
        part.rules().for_each(|rule| reads_situation(service, &path, rule, &asked, findings));
    }
}

/// L20: a question of the situation that no rule reads only costs time, unless a part joins it by its element; a
/// fact that no rule, field or condition of its own needs is read for nothing.
fn needless(service: &JointService, findings: &mut Vec<Finding>) {
    let (mut answers, mut facts) = (BTreeSet::new(), BTreeSet::new());
    for rule in rules_of(service) {
        let read = rules::reads(rule).unwrap_or_default();
        answers.extend(read.answers);
        facts.extend(read.facts);
    }
    let fields = || service.situation.iter().flat_map(|page| &page.fields);
    for field in fields().filter(|field| field.element.is_none() && !answers.contains(&field.id)) {
        let message = format!("no rule reads the question `{}`", field.id);
        let remedy = "remove it, or bind it to an element a part uses";
        findings.push(finding(service, "situation", "L20", message, remedy));
    }
    facts.extend(fields().flat_map(|field| field.prefill.clone().into_iter().chain(fact_of(&field.kind))));
    let conditions = service.guide.conditions.iter();
    let notes: String = conditions
        .flat_map(|one| [&one.when_met, &one.when_not, &one.when_open])
        .flatten()
        .map(|text| text.zh.as_str())
        .collect();
    for (at, fact) in service.guide.facts.iter().enumerate() {
        let shown = notes.contains(&format!("{{{}}}", fact.key)) || notes.contains(&format!("{{{}|", fact.key));
        if !facts.contains(&fact.key) && !shown {
            let message = format!("`{}` is read, but no rule or field needs it", fact.key);
            findings.push(finding(service, &format!("guide.facts.{at}"), "L20", message, "use it, or stop reading it"));
        }
    }
}

/// Every rule of the definition itself.
fn rules_of(service: &JointService) -> impl Iterator<Item = &Expr> {
    let fields = || service.situation.iter().flat_map(|page| &page.fields);
    let pages = service.situation.iter().filter_map(|page| page.show.as_ref());
    let shows = fields().filter_map(|field| field.show.as_ref());
    let required = fields().filter_map(|field| match &field.required {
        Required::When(rule) => Some(rule),
        Required::Always(_) => None,
    });
    let options = fields().flat_map(|field| match &field.kind {
        FieldKind::SingleChoice { options } | FieldKind::MultiChoice { options } => options.as_slice(),
        _ => &[],
    });
    let offered = options.filter_map(|option| option.show.as_ref());
    let checks = fields().flat_map(|field| &field.checks).map(|check| &check.rule);
    let notes = service.notes.iter().filter_map(|note| note.when.as_ref());
    let conditions = service.guide.conditions.iter().filter_map(|condition| condition.rule.as_ref());
    let parts = service.parts.iter().flat_map(|part| part.rules());
    parts.chain(pages).chain(shows).chain(required).chain(offered).chain(checks).chain(notes).chain(conditions)
}

fn fact_of(kind: &FieldKind) -> Option<String> {
    match kind {
        FieldKind::Fact { key, .. } => Some(key.clone()),
        FieldKind::FactChoice { from, .. } => Some(from.clone()),
        _ => None,
    }
}
