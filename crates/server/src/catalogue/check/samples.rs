//! L11 and L17: the papers a resident may look at before beginning can be drawn: blank form, filled
//! sample, sample of the result. All three come from the definition and its first fitting example.

use haoban_domain::{form::FieldKind, item::ServiceItem};

use super::{Finding, expressions, fixtures::Example, item_file};
use crate::catalogue::{LoadedPack, sample};

/// Checks the papers of one item against its examples.
#[must_use]
pub fn check(item: &ServiceItem, pack: &LoadedPack, examples: &[Example]) -> Vec<Finding> {
    let mut findings = blank(item);
    let complete: Vec<&Example> = examples.iter().filter(|example| example.fixture.expect.complete).collect();
    if complete.is_empty() {
        let remedy = "add an example with `complete: true`; it becomes the filled sample";
        let message = "no example may be sent, so there is no filled sample";
        findings.push(Finding::at(item_file(&item.code, "form"), "", "L17", message, remedy));
        return findings;
    }
    let Some(evaluator) = pack.evaluator(&item.code) else { return findings };
    let drawn: Vec<_> = complete.iter().map(|example| sample::result(&evaluator, pack, &example.fixture)).collect();
    let file = item_file(&item.code, "workflow");
    if item.workflow.outputs.is_empty() {
        let remedy = "add the licence, document or payment a grant produces";
        findings.push(Finding::at(&file, "outputs", "L11", "there is a result but nothing to show of it", remedy));
    }
    for at in 0..item.workflow.outputs.len() {
        let shown = drawn.iter().any(|papers| papers.get(at).is_some_and(sample::Paper::is_whole));
        if !shown {
            findings.push(Finding::at(
                &file,
                format!("outputs.{at}"),
                "L11",
                "in no example does this result have something on it, so there is no sample of it",
                "give it lines, and an example that fills them",
            ));
        }
    }
    findings
}

/// The blank form can be drawn: every page asks or says something, every choice has options.
fn blank(item: &ServiceItem) -> Vec<Finding> {
    let file = item_file(&item.code, "form");
    let mut findings = Vec::new();
    if item.form.pages.is_empty() {
        findings.push(Finding::at(&file, "pages", "L17", "the form has no page, so no blank can be drawn", "add one"));
    }
    for (at, page) in item.form.pages.iter().enumerate() {
        if page.fields.is_empty() {
            let message = format!("the page `{}` is empty on the blank form", page.id);
            let remedy = "add its fields or remove the page";
            findings.push(Finding::at(&file, format!("pages.{at}.fields"), "L17", message, remedy));
        }
    }
    for (path, field, _) in expressions::fields(item) {
        let empty = match &field.kind {
            FieldKind::SingleChoice { options } | FieldKind::MultiChoice { options } => options.is_empty(),
            FieldKind::People { fields, .. } | FieldKind::Group { fields, .. } => fields.is_empty(),
            _ => false,
        };
        if empty {
            let message = format!("`{}` has nothing to choose or fill on the blank form", field.id);
            findings.push(Finding::at(&file, path, "L17", message, "give it options or fields"));
        }
    }
    findings
}
