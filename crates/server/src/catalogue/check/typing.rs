//! Expressions put together only what fits: types of answers, facts, figures and functions.

use haoban_domain::{
    item::ServiceItem,
    pack::CityPack,
    rules::typing::{Environment, mismatches},
};

use super::{Finding, expressions, item_file};

/// Checks the types of every rule of one item.
#[must_use]
pub fn check(item: &ServiceItem, pack: &CityPack) -> Vec<Finding> {
    let environment = Environment::of(item, pack);
    let mut findings = Vec::new();
    for placed in expressions::all(item) {
        let inside = placed.within.map(|fields| environment.within(fields));
        for sentence in mismatches(placed.rule, placed.expected, inside.as_ref().unwrap_or(&environment)) {
            findings.push(Finding::at(
                item_file(&item.code, placed.part),
                &placed.path,
                "type",
                format!("`{}`: {sentence}", placed.rule.0),
                "compare with the kinds in form.yaml, the types in registers.yaml and the figures",
            ));
        }
    }
    findings
}
