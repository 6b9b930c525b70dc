//! Expressions read only what exists and what is needed: unknown names, types, and L20 (no over-collection).

use std::collections::BTreeSet;

use haoban_domain::{
    form::{Field, FieldKind},
    item::ServiceItem,
    pack::CityPack,
    rules::reads,
};

use super::{Finding, expressions, item_file};

/// What all rules of an item read together.
#[derive(Debug, Default)]
struct Used {
    answers: BTreeSet<String>,
    facts: BTreeSet<String>,
}

/// Checks the rules of one item.
#[must_use]
pub fn check(item: &ServiceItem, pack: &CityPack) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut used = Used::default();
    names(item, &mut findings, &mut used);
    renewal(item, &mut findings, &mut used);
    fields(item, pack, &mut findings, &mut used);
    needless(item, &mut findings, &used);
    findings
}

/// Unknown answers, facts and figures, one finding each.
fn names(item: &ServiceItem, findings: &mut Vec<Finding>, used: &mut Used) {
    let known: BTreeSet<&str> = expressions::fields(item)
        .iter()
        .filter(|(_, _, inner)| !inner)
        .map(|(_, field, _)| field.id.as_str())
        .collect();
    let facts: BTreeSet<&str> = item.guide.facts.iter().map(|fact| fact.key.as_str()).collect();
    let figures: BTreeSet<&str> = item.guide.figures.iter().map(|figure| figure.id.as_str()).collect();
    for placed in expressions::all(item) {
        let file = item_file(&item.code, placed.part);
        let mut say = |message: String, remedy: &str| {
            findings.push(Finding::at(&file, &placed.path, "expression", message, remedy))
        };
        let read = match reads(placed.rule) {
            Ok(read) => read,
            Err(reason) => {
                say(format!("`{}`: {reason}", placed.rule.0), "mend the rule");
                continue;
            }
        };
        for id in read.answers.iter().filter(|id| !known.contains(id.as_str())) {
            say(format!("`answers.{id}` is no field of the form"), "correct the name or add the field");
        }
        for key in read.facts.iter().filter(|key| !facts.contains(key.as_str())) {
            say(format!("`facts.{key}` is not among the facts of the guide"), "add it to guide.facts with its purpose");
        }
        for id in read.figures.iter().filter(|id| !figures.contains(id.as_str())) {
            say(format!("`fig.{id}` is no figure of the guide"), "correct the name or add the figure");
        }
        if read.headline && item.form.headline.is_none() {
            say("`headline` is read but the form has none".to_owned(), "add a headline to form.yaml");
        }
        used.answers.extend(read.answers);
        used.facts.extend(read.facts);
    }
}

/// What a silent renewal looks at is told to the resident like everything else that is read.
fn renewal(item: &ServiceItem, findings: &mut Vec<Finding>, used: &mut Used) {
    for key in item.workflow.renewal.iter().flat_map(|renewal| renewal.facts()) {
        used.facts.insert(key.to_owned());
        if !item.guide.facts.iter().any(|fact| fact.key == key) {
            let message = format!("`{key}` is not among the facts of the guide");
            let remedy = "add it to guide.facts with its purpose";
            findings.push(Finding::at(item_file(&item.code, "workflow"), "renewal", "expression", message, remedy));
        }
    }
}

/// Facts that fields show, choose from or are filled by: known, and of a fitting type.
fn fields(item: &ServiceItem, pack: &CityPack, findings: &mut Vec<Finding>, used: &mut Used) {
    let file = item_file(&item.code, "form");
    for (path, field, _) in expressions::fields(item) {
        for (part, key) in fact_keys(field) {
            used.facts.insert(key.clone());
            if !item.guide.facts.iter().any(|fact| fact.key == *key) {
                let message = format!("`{key}` is not among the facts of the guide");
                findings.push(Finding::at(
                    &file,
                    format!("{path}.{part}"),
                    "expression",
                    message,
                    "add it to guide.facts with its purpose",
                ));
            }
            let fact_type = value_type(pack, key);
            if let Some(fact_type) = fact_type
                && part != "key"
                && !fits(fact_type, &field.kind)
            {
                let message = format!("`{key}` is of type `{fact_type}`, which does not fit `{}`", field.id);
                findings.push(Finding::at(
                    &file,
                    format!("{path}.{part}"),
                    "type",
                    message,
                    "use a fact or a field of the other's type",
                ));
            }
        }
    }
}

fn fact_keys(field: &Field) -> Vec<(&'static str, &String)> {
    let mut keys: Vec<(&'static str, &String)> = field.prefill.iter().map(|key| ("prefill", key)).collect();
    match &field.kind {
        FieldKind::Fact { key, .. } => keys.push(("key", key)),
        FieldKind::FactChoice { from, .. } => keys.push(("from", from)),
        _ => {}
    }
    keys
}

/// The type registers.yaml gives a fact.
pub(super) fn value_type<'a>(pack: &'a CityPack, key: &str) -> Option<&'a str> {
    let (register, fact) = key.split_once('.')?;
    let register = pack.registers.iter().find(|known| known.id == register)?;
    register.facts.iter().find(|known| known.id == fact).map(|known| known.value_type.as_str())
}

/// Whether a fact of a type answers a kind of field.
pub(super) fn fits(fact_type: &str, kind: &FieldKind) -> bool {
    match kind {
        FieldKind::Number { .. } => fact_type == "number",
        FieldKind::Money { .. } => fact_type == "money",
        FieldKind::Date { .. } => fact_type == "date",
        FieldKind::DateRange { .. } => fact_type == "date_range",
        FieldKind::Address => fact_type == "address",
        FieldKind::YesNo => fact_type == "bool",
        FieldKind::FactChoice { .. } => fact_type == "choices",
        FieldKind::MultiChoice { .. } | FieldKind::People { .. } | FieldKind::Group { .. } => fact_type == "list",
        FieldKind::Computed { .. } | FieldKind::Declaration | FieldKind::TextBlock | FieldKind::Fact { .. } => false,
        FieldKind::MapPoint | FieldKind::Signature | FieldKind::Material { .. } => false,
        _ => fact_type == "text",
    }
}

/// Whether people are asked for something that somebody must then need. A signature is kept with the case as
/// it is; nobody calculates with it.
fn is_asked(kind: &FieldKind) -> bool {
    !matches!(
        kind,
        FieldKind::Computed { .. }
            | FieldKind::Fact { .. }
            | FieldKind::TextBlock
            | FieldKind::Declaration
            | FieldKind::Material { .. }
            | FieldKind::Signature
    )
}

/// L20: nothing is asked or read that no rule, output or officer needs.
fn needless(item: &ServiceItem, findings: &mut Vec<Finding>, used: &Used) {
    let officer: BTreeSet<&str> = item
        .workflow
        .correction_texts
        .iter()
        .chain(&item.workflow.refusal_reasons)
        .filter_map(|text| text.target.as_deref())
        .collect();
    let form = item_file(&item.code, "form");
    for (path, field, inner) in expressions::fields(item) {
        let asked = is_asked(&field.kind);
        let needed = used.answers.contains(&field.id) || officer.contains(format!("field:{}", field.id).as_str());
        if asked && !inner && !needed {
            let message = format!("`{}` is asked, but no rule, output or officer needs it", field.id);
            findings.push(Finding::at(&form, path, "L20", message, "use it, or stop asking"));
        }
    }
    let notes: String = item
        .guide
        .conditions
        .iter()
        .flat_map(|c| [&c.when_met, &c.when_not, &c.when_open])
        .flatten()
        .map(|text| text.zh.as_str())
        .collect();
    for (at, fact) in item.guide.facts.iter().enumerate() {
        let shown = notes.contains(&format!("{{{}}}", fact.key)) || notes.contains(&format!("{{{}|", fact.key));
        if !used.facts.contains(&fact.key) && !shown {
            let message = format!("`{}` is read, but no rule or field needs it", fact.key);
            findings.push(Finding::at(
                item_file(&item.code, "item"),
                format!("guide.facts.{at}"),
                "L20",
                message,
                "use it, or stop reading it",
            ));
        }
    }
}
