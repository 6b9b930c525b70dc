//! A publicity period shows what its definition names, and nothing that the public has no business with.

use haoban_domain::{
    form::{Field, FieldKind},
    item::ServiceItem,
    pack::{CityPack, Sensitivity},
    rules,
    workflow::{PublicLine, PublicMask},
};

use super::{Finding, expressions, item_file};

/// Checks the publicity period of one item, if it has one.
#[must_use]
pub fn check(item: &ServiceItem, pack: &CityPack) -> Vec<Finding> {
    let mut findings = Vec::new();
    let file = item_file(&item.code, "workflow");
    let last = item.workflow.steps.len().saturating_sub(1);
    let mut seen = false;
    for (at, step) in item.workflow.steps.iter().enumerate() {
        let path = format!("steps.{at}");
        let mut wrong = |path: String, message: &str, remedy: &str| {
            findings.push(Finding::at(file.clone(), path, "publicity", message, remedy));
        };
        let Some(publicity) = &step.publicity else {
            if step.days == 0 {
                wrong(format!("{path}.days"), "a step of an office takes at least a day", "give it days");
            }
            continue;
        };
        if seen || at == 0 || at == last {
            let message = "a publicity period stands between a review and the decision, once";
            wrong(format!("{path}.publicity"), message, "put it after a review and before the step that decides");
        }
        seen = true;
        if step.days != 0 {
            let message = "the days before the public do not count; the step has none of its own";
            wrong(format!("{path}.days"), message, "set `days: 0` and the length in `publicity.days`");
        }
        for (number, line) in publicity.shows.iter().enumerate() {
            if let Some(what) = private(item, pack, line) {
                let message = format!("the public would read {what}");
                let remedy = "take the line out, or mask it (`mask: name`, `id_number`, `phone`)";
                wrong(format!("{path}.publicity.shows.{number}.value"), &message, remedy);
            }
        }
    }
    findings
}

/// What a line would tell that is not for the public. A mask covers what it is made for.
fn private(item: &ServiceItem, pack: &CityPack, line: &PublicLine) -> Option<String> {
    let reads = rules::reads(&line.value).ok()?;
    let text = &line.value.0;
    if text.contains("applicant.id_number") && line.mask != PublicMask::IdNumber {
        return Some("the applicant's identity number".to_owned());
    }
    if text.contains("applicant.phone") && line.mask != PublicMask::Phone {
        return Some("the applicant's phone".to_owned());
    }
    if let Some(fact) = reads.facts.first() {
        return Some(format!("the register's fact `{fact}`, which was read for another purpose"));
    }
    let fields = expressions::fields(item);
    let named = fields.iter().filter(|(_, field, _)| reads.answers.contains(&field.id));
    let found = named.map(|(_, field, _)| *field).find(|field| is_private(field, pack, line.mask));
    found.map(|field| format!("`{}`, which is personal", field.id))
}

fn is_private(field: &Field, pack: &CityPack, mask: PublicMask) -> bool {
    let graded = field.element.as_ref().and_then(|id| pack.dictionary.iter().find(|element| element.id == *id));
    let kind = match field.kind {
        FieldKind::IdNumber => mask != PublicMask::IdNumber,
        FieldKind::Phone => mask != PublicMask::Phone,
        FieldKind::BankCard
        | FieldKind::Address
        | FieldKind::MapPoint
        | FieldKind::Signature
        | FieldKind::Material { .. }
        | FieldKind::People { .. }
        | FieldKind::Group { .. } => true,
        _ => false,
    };
    let sensitive = graded.is_some_and(|element| element.sensitivity == Sensitivity::Sensitive);
    kind || sensitive && !matches!(mask, PublicMask::IdNumber | PublicMask::Phone)
}
