//! Worked examples: they have the right shape, there are enough, and they come out as written.

use super::{Finding, LoadedPack, PackSource};
use crate::catalogue::{
    fixture::Fixture,
    schema::{self, FileKind},
};

/// Fewest examples that may be sent.
const MIN_VALID: usize = 2;
/// Fewest examples that may not.
const MIN_INVALID: usize = 3;

/// The shape of every example.
#[must_use]
pub fn shape(source: &PackSource) -> Vec<Finding> {
    names(source, "").flat_map(|name| read(source, name).err().unwrap_or_default()).collect()
}

/// Reads one example.
///
/// # Errors
/// Everything wrong with its shape.
pub fn read(source: &PackSource, name: &str) -> Result<Fixture, Vec<Finding>> {
    let value = source.value(name).map_err(|finding| vec![*finding])?;
    let against = schema::validate(FileKind::Fixture, name, &value);
    if !against.is_empty() {
        return Err(against);
    }
    serde_json::from_value(value).map_err(|error| {
        vec![Finding::at(name, "", "type", error.to_string(), "compare with cities/schema/fixture.schema.json")]
    })
}

/// The example files of an item, or of all items when the code is empty.
pub fn names<'a>(source: &'a PackSource, code: &str) -> impl Iterator<Item = &'a String> + use<'a> {
    let prefix = if code.is_empty() { "items/".to_owned() } else { format!("items/{code}/fixtures/") };
    source.files.keys().filter(move |name| name.starts_with(&prefix) && name.contains("/fixtures/"))
}

pub(super) fn check(source: &PackSource, pack: &LoadedPack) -> Vec<Finding> {
    let mut findings = Vec::new();
    for item in pack.pack.items.iter().filter(|item| item.joint.is_none()) {
        let (mut valid, mut invalid) = (0, 0);
        for name in names(source, &item.code) {
            match read(source, name) {
                Err(wrong) => findings.extend(wrong),
                Ok(fixture) => {
                    *(if fixture.expect.complete { &mut valid } else { &mut invalid }) += 1;
                    findings.extend(run(name, &item.code, &fixture, pack));
                }
            }
        }
        if valid < MIN_VALID || invalid < MIN_INVALID {
            findings.push(Finding::at(
                format!("items/{}/fixtures", item.code),
                "",
                "fixtures",
                format!("{valid} examples that may be sent and {invalid} that may not"),
                format!("add examples: at least {MIN_VALID} and {MIN_INVALID}"),
            ));
        }
    }
    findings
}

fn run(name: &str, code: &str, fixture: &Fixture, pack: &LoadedPack) -> Vec<Finding> {
    let Some(evaluator) = pack.evaluator(code) else { return Vec::new() };
    let differences = fixture.differences(&evaluator);
    differences
        .into_iter()
        .map(|difference| {
            Finding::at(name, "expect", "fixtures", difference, "mend the definition, or the example if it is wrong")
        })
        .collect()
}
