//! Every expression of an item with the place it stands in.

use haoban_domain::{
    form::{Field, FieldKind, Required},
    item::ServiceItem,
    material::Replacement,
    reminder::ReminderDay,
    rules::{Expr, typing::Expected},
    workflow::{Output, ValueFormat},
};

/// An expression and where it stands.
#[derive(Debug, Clone)]
pub struct Placed<'a> {
    /// Part of the item: `item`, `form`, `materials`, `workflow`.
    pub part: &'static str,
    /// Path inside that file.
    pub path: String,
    /// The expression.
    pub rule: &'a Expr,
    /// What it must yield there.
    pub expected: Expected,
    /// The fields of the list it stands in.
    pub within: Option<&'a [Field]>,
}

impl<'a> Placed<'a> {
    fn new(part: &'static str, path: String, rule: &'a Expr, expected: Expected) -> Self {
        Self { part, path, rule, expected, within: None }
    }
}

/// What a value must be to be written in a format.
fn written(format: ValueFormat) -> Expected {
    match format {
        ValueFormat::Plain => Expected::Line,
        ValueFormat::Money | ValueFormat::Hundredths => Expected::Int,
        ValueFormat::Date => Expected::Day,
    }
}

/// All of them.
#[must_use]
pub fn all(item: &ServiceItem) -> Vec<Placed<'_>> {
    let mut found = Vec::new();
    guide(item, &mut found);
    form(item, &mut found);
    materials(item, &mut found);
    workflow(item, &mut found);
    found
}

/// Every field with its path, those inside lists behind their list. The flag says that it stands inside one.
#[must_use]
pub fn fields(item: &ServiceItem) -> Vec<(String, &Field, bool)> {
    let mut found = Vec::new();
    for (at, page) in item.form.pages.iter().enumerate() {
        for (index, field) in page.fields.iter().enumerate() {
            let path = format!("pages.{at}.fields.{index}");
            found.push((path.clone(), field, false));
            if let FieldKind::People { fields, .. } | FieldKind::Group { fields, .. } = &field.kind {
                found.extend(
                    fields.iter().enumerate().map(|(inner, field)| (format!("{path}.fields.{inner}"), field, true)),
                );
            }
        }
    }
    found
}

fn guide<'a>(item: &'a ServiceItem, found: &mut Vec<Placed<'a>>) {
    for (at, condition) in item.guide.conditions.iter().enumerate() {
        if let Some(rule) = &condition.rule {
            found.push(Placed::new("item", format!("guide.conditions.{at}.rule"), rule, Expected::Bool));
        }
    }
}

fn form<'a>(item: &'a ServiceItem, found: &mut Vec<Placed<'a>>) {
    for (at, page) in item.form.pages.iter().enumerate() {
        let show = page.show.iter();
        found.extend(show.map(|rule| Placed::new("form", format!("pages.{at}.show"), rule, Expected::Bool)));
        for (index, inner) in page.fields.iter().enumerate() {
            let path = format!("pages.{at}.fields.{index}");
            field(inner, &path, None, found);
            if let FieldKind::People { fields, .. } | FieldKind::Group { fields, .. } = &inner.kind {
                for (number, entry) in fields.iter().enumerate() {
                    field(entry, &format!("{path}.fields.{number}"), Some(fields), found);
                }
            }
        }
    }
    for (at, question) in item.form.calculator.iter().flat_map(|calculator| &calculator.unknown_facts).enumerate() {
        field(&question.ask, &format!("calculator.unknown_facts.{at}.ask"), None, found);
    }
    let mut push = |path: String, rule: &'a Expr, expected| found.push(Placed::new("form", path, rule, expected));
    item.form
        .checks
        .iter()
        .enumerate()
        .for_each(|(at, check)| push(format!("checks.{at}.rule"), &check.rule, Expected::Bool));
    for (at, limit) in item.form.headline.iter().flat_map(|headline| &headline.least_of).enumerate() {
        push(format!("headline.least_of.{at}.value"), &limit.value, Expected::Int);
        limit.when.iter().for_each(|rule| push(format!("headline.least_of.{at}.when"), rule, Expected::Bool));
    }
}

fn field<'a>(field: &'a Field, path: &str, within: Option<&'a [Field]>, found: &mut Vec<Placed<'a>>) {
    let mut push =
        |path: String, rule: &'a Expr, expected| found.push(Placed { part: "form", path, rule, expected, within });
    field.show.iter().for_each(|rule| push(format!("{path}.show"), rule, Expected::Bool));
    if let Required::When(rule) = &field.required {
        push(format!("{path}.required"), rule, Expected::Bool);
    }
    if let FieldKind::Computed { value, format } = &field.kind {
        push(format!("{path}.value"), value, written(*format));
    }
    let (list, options) = match &field.kind {
        FieldKind::SingleChoice { options } | FieldKind::MultiChoice { options } => ("options", options.as_slice()),
        FieldKind::Appointment { places, .. } => ("places", places.as_slice()),
        _ => ("options", [].as_slice()),
    };
    for (at, option) in options.iter().enumerate() {
        option.show.iter().for_each(|rule| push(format!("{path}.{list}.{at}.show"), rule, Expected::Bool));
    }
    for (at, check) in field.checks.iter().enumerate() {
        push(format!("{path}.checks.{at}.rule"), &check.rule, Expected::Bool);
    }
}

fn materials<'a>(item: &'a ServiceItem, found: &mut Vec<Placed<'a>>) {
    let mut push = |path: String, rule: &'a Expr| found.push(Placed::new("materials", path, rule, Expected::Bool));
    for (at, material) in item.materials.iter().enumerate() {
        material.when.iter().for_each(|rule| push(format!("{at}.when"), rule));
        for (index, replacement) in material.replaced_by.iter().enumerate() {
            let path = format!("{at}.replaced_by.{index}");
            match replacement {
                Replacement::Licence { when, .. } => when.iter().for_each(|rule| push(format!("{path}.when"), rule)),
                Replacement::Register { rule, .. } => push(format!("{path}.rule"), rule),
            }
        }
    }
}

fn workflow<'a>(item: &'a ServiceItem, found: &mut Vec<Placed<'a>>) {
    let mut push = |path: String, rule: &'a Expr, expected| found.push(Placed::new("workflow", path, rule, expected));
    let instant = item.workflow.instant.iter().flat_map(|instant| &instant.grant_when);
    instant
        .enumerate()
        .for_each(|(at, rule)| push(format!("instant.grant_when.{at}.rule"), &rule.rule, Expected::Bool));
    for (at, step) in item.workflow.steps.iter().enumerate() {
        step.when.iter().for_each(|rule| push(format!("steps.{at}.when"), rule, Expected::Bool));
        for (index, route) in step.route.iter().enumerate() {
            push(format!("steps.{at}.route.{index}.when"), &route.when, Expected::Bool);
        }
        for (index, check) in step.checks.iter().enumerate() {
            let rule = check.rule.iter();
            rule.for_each(|rule| push(format!("steps.{at}.checks.{index}.rule"), rule, Expected::Bool));
        }
    }
    if let Some((step, publicity)) = item.workflow.publicity() {
        for (index, line) in publicity.shows.iter().enumerate() {
            push(format!("steps.{step}.publicity.shows.{index}.value"), &line.value, Expected::Line);
        }
    }
    item.workflow.charge.iter().for_each(|charge| push("charge.amount".to_owned(), &charge.amount, Expected::Int));
    for (at, output) in item.workflow.outputs.iter().enumerate() {
        match output {
            Output::Payment { amount, .. } => push(format!("outputs.{at}.amount"), amount, Expected::Int),
            Output::Licence { fields, .. } | Output::Document { fields, .. } => {
                for (index, field) in fields.iter().enumerate() {
                    push(format!("outputs.{at}.fields.{index}.value"), &field.value, written(field.format));
                }
            }
        }
    }
    for (at, reminder) in item.workflow.reminders.iter().enumerate() {
        if let ReminderDay::Day(day) = &reminder.of {
            push(format!("reminders.{at}.of.day"), day, Expected::Day);
        }
    }
    if let Some(renewal) = &item.workflow.renewal {
        push("renewal.when".to_owned(), &renewal.when, Expected::Bool);
        push("renewal.until".to_owned(), &renewal.until, Expected::Day);
    }
    for (at, entry) in item.workflow.records.iter().enumerate() {
        push(format!("records.{at}.value"), &entry.value, Expected::Line);
    }
}
