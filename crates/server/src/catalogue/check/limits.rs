//! Limits of size: a definition that a person cannot survey is a mistake, and a large one costs every device.

use haoban_domain::item::ServiceItem;

use super::{Finding, expressions, item_file};

/// Most pages of a form.
const PAGES: usize = 40;
/// Most fields of a form, those inside lists counted.
const FIELDS: usize = 200;
/// Most steps of a workflow.
const STEPS: usize = 12;
/// Most rules of an item.
const RULES: usize = 400;
/// Most materials.
const MATERIALS: usize = 30;
/// Most options of one choice.
const OPTIONS: usize = 60;

/// Checks the sizes of one item.
#[must_use]
pub fn check(item: &ServiceItem) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut most = |count: usize, limit: usize, part: &str, path: &str, what: &str| {
        if count > limit {
            let message = format!("{count} {what}; at most {limit}");
            let remedy = "make two services of it, or ask less";
            findings.push(Finding::at(item_file(&item.code, part), path, "limits", message, remedy));
        }
    };
    most(item.form.pages.len(), PAGES, "form", "pages", "pages");
    most(expressions::fields(item).len(), FIELDS, "form", "pages", "fields");
    most(item.workflow.steps.len(), STEPS, "workflow", "steps", "steps");
    most(item.materials.len(), MATERIALS, "materials", "", "materials");
    most(expressions::all(item).len(), RULES, "form", "", "rules");
    for (path, field, _) in expressions::fields(item) {
        let options = match &field.kind {
            haoban_domain::form::FieldKind::SingleChoice { options }
            | haoban_domain::form::FieldKind::MultiChoice { options } => options.len(),
            haoban_domain::form::FieldKind::Appointment { places, .. } => places.len(),
            _ => 0,
        };
        most(options, OPTIONS, "form", &path, "options");
    }
    findings
}
