//! Reminders: each has a day to be about, and no text promises one that nobody sends.

use std::collections::BTreeSet;

use haoban_domain::{
    form::FieldKind,
    item::ServiceItem,
    licence::LicenceType,
    pack::CityPack,
    reminder::{DayOfYear, Reminder, ReminderDay},
    text::LocalText,
    workflow::Output,
};
use serde_json::Value;

use super::{Finding, expressions, item_file};

const LICENCES: &str = "licences.yaml";
/// Days ahead of which anybody is reminded of an appointment, as `reminders::cases` looks for them.
const APPOINTMENT_DAYS: u16 = 31;

/// Checks the reminders of licence types and what their lines are told apart by.
#[must_use]
pub fn licences(pack: &CityPack) -> Vec<Finding> {
    let mut said = Said { pack, findings: Vec::new() };
    for (at, kind) in pack.licence_types.iter().enumerate() {
        told_apart(&mut said, at, kind);
        said.each(LICENCES, &format!("{at}.reminders"), &kind.reminders, |reminder| {
            no_day_of_licence(pack, kind, reminder)
        });
    }
    said.findings
}

/// Checks the reminders of one item, and what its texts promise.
#[must_use]
pub fn check(item: &ServiceItem, pack: &CityPack) -> Vec<Finding> {
    let mut said = Said { pack, findings: Vec::new() };
    let file = item_file(&item.code, "workflow");
    said.each(&file, "reminders", &item.workflow.reminders, |reminder| no_day_of_case(item, reminder));
    renewal(&mut said, item, &file);
    for (at, entry) in item.workflow.records.iter().enumerate() {
        said.fact(&file, format!("records.{at}.fact"), &entry.fact, None);
    }
    promises(&mut said, item);
    said.findings
}

struct Said<'a> {
    pack: &'a CityPack,
    findings: Vec<Finding>,
}

impl Said<'_> {
    fn wrong(&mut self, file: &str, path: String, message: &str, remedy: &str) {
        self.findings.push(Finding::at(file, path, "reminder", message, remedy));
    }

    fn each(&mut self, file: &str, path: &str, list: &[Reminder], no_day: impl Fn(&Reminder) -> Option<&'static str>) {
        let mut ids = BTreeSet::new();
        for (at, reminder) in list.iter().enumerate() {
            let place = |part: &str| format!("{path}.{at}.{part}");
            if !ids.insert(&reminder.id) {
                self.wrong(file, place("id"), "two reminders have this id", "give each its own");
            }
            if let Some(why) = no_day(reminder) {
                self.wrong(file, place("of"), why, "name a day that exists here, or take the reminder out");
            }
            let days: BTreeSet<u16> = reminder.days_before.iter().copied().collect();
            if days.len() != reminder.days_before.len() {
                self.wrong(file, place("days_before"), "a day stands here twice", "name each once");
            }
            for (part, text) in [("title", &reminder.title), ("body", &reminder.body)] {
                if let Some(hole) = strange_hole(text) {
                    let message = format!("`{{{hole}}}` is not known in a reminder");
                    self.wrong(file, place(part), &message, "use `{day}` only; nothing personal stands in a notice");
                }
            }
            if let Some(code) = &reminder.opens
                && !self.pack.items.iter().any(|item| item.code == *code)
                && !self.pack.joint.iter().any(|service| service.code == *code)
            {
                let message = format!("there is no service `{code}`");
                self.wrong(file, place("opens"), &message, "correct the code, or leave `opens` out");
            }
        }
    }

    fn fact(&mut self, file: &str, path: String, key: &str, wanted: Option<&str>) {
        let found = super::rules::value_type(self.pack, key);
        match (found, wanted) {
            (None, _) => {
                let message = format!("there is no fact `{key}` in registers.yaml");
                self.wrong(file, path, &message, "correct the name or add it");
            }
            (Some(found), Some(wanted)) if found != wanted => {
                let message = format!("`{key}` is of type `{found}`, not `{wanted}`");
                self.wrong(file, path, &message, "name a fact of that type");
            }
            _ => {}
        }
    }
}

/// A hole other than `{day}`.
fn strange_hole(text: &LocalText) -> Option<String> {
    let holes = [&text.zh, &text.en].into_iter().flat_map(|words| words.split('{').skip(1));
    holes.filter_map(|rest| rest.split('}').next()).find(|hole| *hole != "day").map(str::to_owned)
}

fn outputs_of<'a>(pack: &'a CityPack, kind: &'a LicenceType) -> impl Iterator<Item = &'a Output> {
    let outputs = pack.items.iter().flat_map(|item| &item.workflow.outputs);
    outputs.filter(|output| matches!(output, Output::Licence { licence_type, .. } if *licence_type == kind.id))
}

fn told_apart(said: &mut Said<'_>, at: usize, kind: &LicenceType) {
    let Some(label) = &kind.told_apart_by else { return };
    let has_line = |output: &Output| match output {
        Output::Licence { fields, .. } => fields.iter().any(|field| field.label.zh == *label),
        _ => false,
    };
    let mut outputs = outputs_of(said.pack, kind).peekable();
    if outputs.peek().is_none() || !outputs.all(has_line) {
        let message = format!("not every licence of this type has a line `{label}`");
        said.wrong(LICENCES, format!("{at}.told_apart_by"), &message, "name a line that every output of it prints");
    }
}

fn no_day_of_licence(pack: &CityPack, kind: &LicenceType, reminder: &Reminder) -> Option<&'static str> {
    let ends = |output: &Output| matches!(output, Output::Licence { valid_months: Some(_), .. });
    match &reminder.of {
        ReminderDay::End if outputs_of(pack, kind).any(ends) => None,
        ReminderDay::End => Some("no service issues this licence with an end (`valid_months`)"),
        ReminderDay::Yearly(day) => no_such_day(*day),
        ReminderDay::Anniversary => None,
        _ => Some("a licence has an end and days of the year; other days belong to a workflow"),
    }
    .or_else(|| reminder.after_refusal.as_ref().map(|_| "a licence was never refused; this belongs to a workflow"))
}

fn no_such_day(day: DayOfYear) -> Option<&'static str> {
    // A leap year has every day there is.
    let exists = jiff::civil::Date::new(2028, day.month, day.day).is_ok();
    (!exists).then_some("there is no such day in any year")
}

fn no_day_of_case(item: &ServiceItem, reminder: &Reminder) -> Option<&'static str> {
    let is_appointment = |kind: &FieldKind| matches!(kind, FieldKind::Appointment { .. });
    let reason = reminder.after_refusal.as_ref();
    if let Some(id) = reason
        && !item.workflow.refusal_reasons.iter().any(|known| known.id == *id)
    {
        return Some("`after_refusal` names no standard reason of this service");
    }
    match &reminder.of {
        ReminderDay::Day(_) => None,
        _ if reason.is_some() => Some("after a refusal only a day that is worked out remains"),
        ReminderDay::Appointment if reminder.days_before.iter().any(|days| *days > APPOINTMENT_DAYS) => {
            Some("nobody makes an appointment so long ahead")
        }
        ReminderDay::Appointment
            if expressions::fields(item).iter().any(|(_, field, _)| is_appointment(&field.kind)) =>
        {
            None
        }
        ReminderDay::Appointment => Some("no question of the form makes an appointment"),
        ReminderDay::Renewal if item.workflow.renewal.is_some() => None,
        ReminderDay::Renewal => Some("the workflow has no `renewal`"),
        ReminderDay::End | ReminderDay::Yearly(_) | ReminderDay::Anniversary => {
            Some("days of a licence belong to its type in licences.yaml")
        }
    }
}

fn renewal(said: &mut Said<'_>, item: &ServiceItem, file: &str) {
    let Some(renewal) = &item.workflow.renewal else { return };
    let path = |part: &str| format!("renewal.{part}");
    said.fact(file, path("proof"), &renewal.proof, Some("date"));
    said.fact(file, path("seen.on"), &renewal.seen.on, Some("date"));
    said.fact(file, path("seen.from"), &renewal.seen.from, Some("text"));
    for (at, sign) in renewal.signs.iter().enumerate() {
        said.fact(file, path(&format!("signs.{at}.fact")), &sign.fact, Some("date"));
    }
    for (part, text) in [("title", &renewal.title), ("body", &renewal.body)] {
        if let Some(hole) = strange_hole(text) {
            let message = format!("`{{{hole}}}` is not known in a notice");
            said.wrong(file, path(part), &message, "use `{day}` only; nothing personal stands in a notice");
        }
    }
    if !item.workflow.records.iter().any(|entry| entry.fact == renewal.proof) {
        let message = "a grant would not count as a proof, and the resident would be reminded all the same";
        said.wrong(file, "records".to_owned(), message, "add a record of the proof's fact");
    }
}

/// Whether anything of this service ever reminds anybody.
fn reminds(item: &ServiceItem, pack: &CityPack) -> bool {
    let of_licence = |output: &Output| match output {
        Output::Licence { licence_type, .. } => {
            pack.licence_types.iter().any(|kind| kind.id == *licence_type && !kind.reminders.is_empty())
        }
        _ => false,
    };
    !item.workflow.reminders.is_empty()
        || item.workflow.pay_within().is_some()
        || item.workflow.outputs.iter().any(of_licence)
}

/// What residents read of a service speaks of reminders only where some are sent. What officers read is left alone.
fn promises(said: &mut Said<'_>, item: &ServiceItem) {
    if reminds(item, said.pack) {
        return;
    }
    let workflow = &item.workflow;
    let parts = [
        ("item", "guide", serde_json::to_value(&item.guide)),
        ("form", "", serde_json::to_value(&item.form)),
        ("materials", "", serde_json::to_value(&item.materials)),
        ("workflow", "refusal_reasons", serde_json::to_value(&workflow.refusal_reasons)),
        ("workflow", "correction_texts", serde_json::to_value(&workflow.correction_texts)),
    ];
    for (part, path, value) in parts {
        let mut found = Vec::new();
        walk(path.to_owned(), &value.unwrap_or_default(), &mut found);
        for place in found {
            let message = "the text speaks of a reminder, but the service sends none";
            let remedy = "add `reminders` to workflow.yaml or to the licence type, or say it otherwise";
            said.wrong(&item_file(&item.code, part), place, message, remedy);
        }
    }
}

fn walk(path: String, value: &Value, found: &mut Vec<String>) {
    let deeper = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match value {
        Value::Object(map) => {
            if let (Some(Value::String(zh)), Some(Value::String(en)), 2) = (map.get("zh"), map.get("en"), map.len()) {
                if zh.contains("提醒") || en.to_lowercase().contains("remind") {
                    found.push(path);
                }
                return;
            }
            map.iter().for_each(|(key, inner)| walk(deeper(key), inner, found));
        }
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(at, inner)| walk(deeper(&at.to_string()), inner, found));
        }
        _ => {}
    }
}
