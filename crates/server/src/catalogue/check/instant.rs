//! 秒批 rests on registers, on licences and on what was computed from them (domain.md §3.6). What the applicant
//! says alone decides neither money nor a right: where a condition reads nothing else, the definition says in which
//! way that is harmless, and money is never paid or asked for on a promise.

use std::collections::BTreeSet;

use haoban_domain::{
    form::FieldKind,
    item::ServiceItem,
    rules::{self, Expr, Reads},
    workflow::{InstantRule, Output, OwnWordKind},
};

use super::{Finding, item_file};

const RULE: &str = "instant";

/// Checks the instant approval of one item.
#[must_use]
pub fn check(item: &ServiceItem) -> Vec<Finding> {
    let rules = item.workflow.instant.iter().flat_map(|instant| &instant.grant_when);
    rules.enumerate().flat_map(|(at, rule)| one(item, &format!("instant.grant_when.{at}"), rule)).collect()
}

fn one(item: &ServiceItem, path: &str, rule: &InstantRule) -> Option<Finding> {
    // A rule that cannot be read is found elsewhere.
    let conditions = rules::conjuncts(&rule.rule).ok()?;
    let own: BTreeSet<String> =
        conditions.into_iter().filter(|reads| !rests_on_more(item, reads)).flat_map(|reads| reads.answers).collect();
    let wrong = |path: String, message: String, remedy: &str| {
        Some(Finding::at(item_file(&item.code, "workflow"), path, RULE, message, remedy))
    };
    let listed = own.iter().map(String::as_str).collect::<Vec<_>>().join("`, `");
    let Some(said) = &rule.own_word else {
        let message = format!("`{}` grants on the applicant's own word alone (`{listed}`)", rule.id);
        let remedy = "compare it with a register or a licence, or say in `own_word` why it is enough";
        return if own.is_empty() { None } else { wrong(path.to_owned(), message, remedy) };
    };
    let path = format!("{path}.own_word");
    if own.is_empty() {
        let message = format!("`{}` rests on registers and licences, so there is nothing to explain", rule.id);
        return wrong(path, message, "remove `own_word`");
    }
    // What is charged for is what the result allows; what is paid out must rest on more.
    let decides = match said.kind {
        OwnWordKind::Narrows | OwnWordKind::Agrees => false,
        OwnWordKind::Bounds => pays(item),
        OwnWordKind::Promise => pays(item) || item.workflow.charge.is_some(),
    };
    if decides {
        let message = format!("`{listed}` would decide about money on the applicant's own word");
        return wrong(path, message, "compare it with a register, or let a person look at it");
    }
    if said.kind == OwnWordKind::Bounds && !own.iter().any(|id| is_printed(item, id)) {
        let message = format!("no result says `{listed}`, so it bounds nothing");
        return wrong(path, message, "print it on the licence or document, or choose another kind");
    }
    None
}

/// Whether a condition reads something that is not only said.
fn rests_on_more(item: &ServiceItem, reads: &Reads) -> bool {
    reads.answers.is_empty() || is_grounded(item, reads, &mut BTreeSet::new())
}

fn is_grounded(item: &ServiceItem, reads: &Reads, seen: &mut BTreeSet<String>) -> bool {
    let known = !reads.facts.is_empty() || reads.licences || reads.applicant || reads.headline;
    known || reads.answers.iter().any(|id| seen.insert(id.clone()) && is_known(item, id, seen))
}

/// A field that holds what a register says, was chosen from what it says, or was computed from that.
fn is_known(item: &ServiceItem, id: &str, seen: &mut BTreeSet<String>) -> bool {
    match kind_of(item, id) {
        Some(FieldKind::Fact { .. } | FieldKind::FactChoice { .. } | FieldKind::Appointment { .. }) => true,
        Some(FieldKind::Computed { value, .. }) => {
            rules::reads(value).is_ok_and(|reads| is_grounded(item, &reads, seen))
        }
        _ => false,
    }
}

fn pays(item: &ServiceItem) -> bool {
    item.workflow.outputs.iter().any(|output| matches!(output, Output::Payment { .. }))
}

/// Whether a licence or document of the result says an answer, or what was computed from it.
fn is_printed(item: &ServiceItem, id: &str) -> bool {
    let lines = item.workflow.outputs.iter().flat_map(|output| match output {
        Output::Licence { fields, .. } | Output::Document { fields, .. } => fields.as_slice(),
        Output::Payment { .. } => &[],
    });
    let mut open: Vec<&Expr> = lines.map(|line| &line.value).collect();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    while let Some(rule) = open.pop() {
        for read in rules::reads(rule).unwrap_or_default().answers {
            if read == id {
                return true;
            }
            if let (true, Some(FieldKind::Computed { value, .. })) = (seen.insert(read.clone()), kind_of(item, &read)) {
                open.push(value);
            }
        }
    }
    false
}

fn kind_of<'a>(item: &'a ServiceItem, id: &str) -> Option<&'a FieldKind> {
    let mut fields = item.form.pages.iter().flat_map(|page| &page.fields);
    fields.find(|field| field.id == id).map(|field| &field.kind)
}
