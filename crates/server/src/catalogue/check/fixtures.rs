//! Worked examples: they have the right shape, there are enough, and they come out as written.

use serde_json::Value;

use super::{Finding, LoadedPack, PackSource, item_file, samples};
use crate::catalogue::{
    fixture::Fixture,
    schema::{self, FileKind},
};

/// Fewest examples that may be sent.
const MIN_VALID: usize = 2;
/// Fewest examples that may not.
const MIN_INVALID: usize = 3;

/// An example with the place it stands in.
#[derive(Debug, Clone)]
pub struct Example {
    /// File inside the pack.
    pub file: String,
    /// Place inside the file: empty, or the number of the entry and a dot.
    pub prefix: String,
    /// The example.
    pub fixture: Fixture,
}

/// The shape of every example.
#[must_use]
pub fn shape(source: &PackSource) -> Vec<Finding> {
    names(source, "").flat_map(|name| read_all(source, name).1).collect()
}

/// Reads one example that has a file of its own.
///
/// # Errors
/// Everything wrong with its shape.
pub fn read(source: &PackSource, name: &str) -> Result<Fixture, Vec<Finding>> {
    let value = source.value(name).map_err(|finding| vec![*finding])?;
    typed(name, "", value)
}

/// The examples of one file: one, or a list of them in `examples.yaml`.
#[must_use]
pub fn read_all(source: &PackSource, name: &str) -> (Vec<Example>, Vec<Finding>) {
    let (mut examples, mut findings) = (Vec::new(), Vec::new());
    let values = match source.value(name) {
        Ok(Value::Array(list)) if is_list(name) => {
            list.into_iter().enumerate().map(|(at, value)| (format!("{at}."), value)).collect()
        }
        Ok(value) => vec![(String::new(), value)],
        Err(finding) => return (examples, vec![*finding]),
    };
    for (prefix, value) in values {
        match typed(name, &prefix, value) {
            Ok(fixture) => examples.push(Example { file: name.to_owned(), prefix, fixture }),
            Err(wrong) => findings.extend(wrong),
        }
    }
    (examples, findings)
}

fn typed(name: &str, prefix: &str, value: Value) -> Result<Fixture, Vec<Finding>> {
    let mut against = schema::validate(FileKind::Fixture, name, &value);
    against.iter_mut().for_each(|finding| finding.path.insert_str(0, prefix));
    if !against.is_empty() {
        return Err(against);
    }
    serde_json::from_value(value).map_err(|error| {
        let remedy = "compare with cities/schema/fixture.schema.json";
        vec![Finding::at(name, prefix.trim_end_matches('.'), "type", error.to_string(), remedy)]
    })
}

fn is_list(name: &str) -> bool {
    name.ends_with("/examples.yaml")
}

/// The example files of an item, or of all items when the code is empty: a folder of one each, or one
/// list beside item.yaml.
pub fn names<'a>(source: &'a PackSource, code: &str) -> impl Iterator<Item = &'a String> + use<'a> {
    let prefix = if code.is_empty() { "items/".to_owned() } else { format!("items/{code}/") };
    let files = source.files.keys();
    files.filter(move |name| name.starts_with(&prefix) && (name.contains("/fixtures/") || is_list(name)))
}

/// All examples of an item, those that may be sent by their name first.
#[must_use]
pub fn of_item(source: &PackSource, code: &str) -> Vec<Example> {
    names(source, code).flat_map(|name| read_all(source, name).0).collect()
}

pub(super) fn check(source: &PackSource, pack: &LoadedPack) -> Vec<Finding> {
    let mut findings = Vec::new();
    for item in pack.pack.items.iter().filter(|item| item.joint.is_none()) {
        let mut examples = Vec::new();
        for name in names(source, &item.code) {
            let (read, wrong) = read_all(source, name);
            findings.extend(wrong);
            examples.extend(read);
        }
        let valid = examples.iter().filter(|example| example.fixture.expect.complete).count();
        let invalid = examples.len() - valid;
        examples.iter().for_each(|example| findings.extend(run(example, &item.code, pack)));
        if valid < MIN_VALID || invalid < MIN_INVALID {
            findings.push(Finding::at(
                item_file(&item.code, "item"),
                "code",
                "fixtures",
                format!("{valid} examples that may be sent and {invalid} that may not"),
                format!("add examples: at least {MIN_VALID} and {MIN_INVALID}"),
            ));
        }
        findings.extend(samples::check(item, pack, &examples));
    }
    findings
}

fn run(example: &Example, code: &str, pack: &LoadedPack) -> Vec<Finding> {
    let Some(evaluator) = pack.evaluator(code) else { return Vec::new() };
    let remedy = "mend the definition, or the example if it is wrong";
    let place = format!("{}expect", example.prefix);
    let differences = example.fixture.differences(&evaluator);
    let finding = |difference| Finding::at(&example.file, &place, "fixtures", difference, remedy);
    differences.into_iter().map(finding).collect()
}
