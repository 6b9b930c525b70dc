//! The JSON Schemas of the pack's files: the first lint, and what editors complete by.

use std::{collections::BTreeMap, sync::OnceLock};

use jsonschema::{Validator, error::ValidationErrorKind};
use serde_json::Value;

use super::Finding;

/// The kinds of files of a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileKind {
    /// appointments.yaml.
    Appointments,
    /// city.yaml.
    City,
    /// departments.yaml.
    Departments,
    /// defaults.yaml.
    Defaults,
    /// demo.yaml.
    Demo,
    /// dictionary.yaml.
    Dictionary,
    /// regions.yaml.
    Regions,
    /// licences.yaml.
    Licences,
    /// registers.yaml.
    Registers,
    /// synonyms.yaml.
    Synonyms,
    /// calendars/*.yaml.
    Calendar,
    /// items/*/item.yaml.
    Item,
    /// items/*/form.yaml.
    Form,
    /// items/*/materials.yaml.
    Materials,
    /// items/*/workflow.yaml.
    Workflow,
    /// items/*/fixtures/*.yaml.
    Fixture,
    /// joint/*.yaml.
    Joint,
}

const SCHEMAS: [(FileKind, &str); 17] = [
    (FileKind::Appointments, include_str!("../../../../cities/schema/appointments.schema.json")),
    (FileKind::City, include_str!("../../../../cities/schema/city.schema.json")),
    (FileKind::Departments, include_str!("../../../../cities/schema/departments.schema.json")),
    (FileKind::Defaults, include_str!("../../../../cities/schema/defaults.schema.json")),
    (FileKind::Demo, include_str!("../../../../cities/schema/demo.schema.json")),
    (FileKind::Dictionary, include_str!("../../../../cities/schema/dictionary.schema.json")),
    (FileKind::Regions, include_str!("../../../../cities/schema/regions.schema.json")),
    (FileKind::Licences, include_str!("../../../../cities/schema/licences.schema.json")),
    (FileKind::Registers, include_str!("../../../../cities/schema/registers.schema.json")),
    (FileKind::Synonyms, include_str!("../../../../cities/schema/synonyms.schema.json")),
    (FileKind::Calendar, include_str!("../../../../cities/schema/calendar.schema.json")),
    (FileKind::Item, include_str!("../../../../cities/schema/item.schema.json")),
    (FileKind::Form, include_str!("../../../../cities/schema/form.schema.json")),
    (FileKind::Materials, include_str!("../../../../cities/schema/materials.schema.json")),
    (FileKind::Workflow, include_str!("../../../../cities/schema/workflow.schema.json")),
    (FileKind::Fixture, include_str!("../../../../cities/schema/fixture.schema.json")),
    (FileKind::Joint, include_str!("../../../../cities/schema/joint.schema.json")),
];

fn validators() -> &'static BTreeMap<FileKind, Validator> {
    static VALIDATORS: OnceLock<BTreeMap<FileKind, Validator>> = OnceLock::new();
    VALIDATORS.get_or_init(|| {
        SCHEMAS
            .into_iter()
            .filter_map(|(kind, text)| {
                let schema: Value = serde_json::from_str(text).ok()?;
                Some((kind, jsonschema::validator_for(&schema).ok()?))
            })
            .collect()
    })
}

/// Everything the schema of its kind says against a file.
#[must_use]
pub fn validate(kind: FileKind, file: &str, value: &Value) -> Vec<Finding> {
    let Some(validator) = validators().get(&kind) else {
        return vec![Finding::at(file, "", "schema", "the schema of this file is broken", "rebuild the platform")];
    };
    validator
        .iter_errors(value)
        .map(|error| {
            Finding::at(file, dotted(error.instance_path().as_str()), "schema", error.to_string(), remedy(error.kind()))
        })
        .collect()
}

/// `/pages/0/fields/1` as `pages.0.fields.1`.
fn dotted(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', ".")
}

fn remedy(kind: &ValidationErrorKind) -> &'static str {
    match kind {
        ValidationErrorKind::Required { .. } => "add the key; every text needs zh and en",
        ValidationErrorKind::AdditionalProperties { .. } => "remove the key or correct its spelling",
        ValidationErrorKind::Enum { .. } => "use one of the listed words",
        ValidationErrorKind::Pattern { .. } => "write it in the form the pattern asks for",
        ValidationErrorKind::Type { .. } => "quote texts that look like numbers, unquote numbers",
        _ => "compare with cities/schema",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The length of a rule is one figure, wherever it is told.
    #[test]
    fn every_schema_holds_rules_to_the_same_length() {
        fn lengths(value: &Value, found: &mut Vec<Value>) {
            if value["description"].as_str().is_some_and(|words| words.starts_with("A CEL expression")) {
                found.push(value["maxLength"].clone());
            }
            match value {
                Value::Object(map) => map.values().for_each(|inner| lengths(inner, found)),
                Value::Array(list) => list.iter().for_each(|inner| lengths(inner, found)),
                _ => {}
            }
        }
        let mut told = 0;
        for (kind, text) in SCHEMAS {
            let mut found = Vec::new();
            lengths(&serde_json::from_str(text).unwrap(), &mut found);
            assert!(found.iter().all(|most| *most == haoban_domain::rules::limits::LENGTH), "{kind:?}: {found:?}");
            told += found.len();
        }
        assert!(told >= 8, "only {told} places hold rules");
    }

    #[test]
    fn every_schema_is_usable() {
        assert_eq!(validators().len(), SCHEMAS.len());
    }
}
