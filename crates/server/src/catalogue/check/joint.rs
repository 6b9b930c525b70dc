//! Joint services: they compose, their rules read the situation and nothing else, every part has a reason
//! both ways, and nothing is asked that decides nothing.

use std::collections::BTreeSet;

use haoban_domain::{
    item::ServiceItem,
    joint::{JointService, compose},
    pack::CityPack,
    rules,
};

use super::Finding;
use crate::catalogue::load::joint_file;

/// Everything that is wrong with the joint services of a pack.
#[must_use]
pub fn check(pack: &CityPack) -> Vec<Finding> {
    let mut findings = composed(pack).err().unwrap_or_default();
    for service in &pack.joint {
        names(service, pack, &mut findings);
        parts(service, &mut findings);
        questions(service, &mut findings);
    }
    findings
}

/// The items that joint services become.
///
/// # Errors
/// Each service that cannot be composed.
pub fn composed(pack: &CityPack) -> Result<Vec<ServiceItem>, Vec<Finding>> {
    let (mut items, mut findings) = (Vec::new(), Vec::new());
    for service in &pack.joint {
        match compose(service, pack) {
            Ok(item) => items.push(item),
            Err(error) => findings.push(finding(service, "parts", "reference", error.to_string(), "correct the name")),
        }
    }
    if findings.is_empty() { Ok(items) } else { Err(findings) }
}

fn finding(service: &JointService, path: &str, rule: &'static str, message: String, remedy: &str) -> Finding {
    Finding::at(joint_file(&service.code), path, rule, message, remedy)
}

fn names(service: &JointService, pack: &CityPack, findings: &mut Vec<Finding>) {
    let department = &service.guide.department;
    if pack.department(department).is_none() {
        let message = format!("there is no department `{department}`");
        findings.push(finding(service, "guide.department", "reference", message, "correct the name or add it"));
    }
    for theme in service.guide.themes.iter().filter(|theme| pack.city.themes.iter().all(|known| known.id != **theme)) {
        let message = format!("there is no theme `{theme}`");
        findings.push(finding(service, "guide.themes", "reference", message, "correct the name or add it"));
    }
}

/// Ids of the questions of the situation.
fn asked(service: &JointService) -> BTreeSet<&str> {
    service.situation.iter().flat_map(|page| &page.fields).map(|field| field.id.as_str()).collect()
}

fn parts(service: &JointService, findings: &mut Vec<Finding>) {
    let asked = asked(service);
    for (at, part) in service.parts.iter().enumerate() {
        let path = format!("parts.{at}");
        if part.when.is_some() && part.not_because.is_none() {
            let message = format!("`{}` may be left out and nothing says why", part.item);
            findings.push(finding(service, &path, "joint", message, "add not_because"));
        }
        for rule in part.rules() {
            let read = match rules::reads(rule) {
                Ok(read) => read,
                Err(reason) => {
                    findings.push(finding(service, &path, "expression", reason, "mend the rule"));
                    continue;
                }
            };
            if let Some(id) = read.answers.iter().find(|id| !asked.contains(id.as_str())) {
                let message = format!("the situation has no question `{id}`");
                findings.push(finding(service, &path, "expression", message, "parts read the situation only"));
            }
        }
    }
}

/// A question of the situation that no rule reads only costs time, unless a part joins it by its element.
fn questions(service: &JointService, findings: &mut Vec<Finding>) {
    let mut read: BTreeSet<String> = BTreeSet::new();
    let fields = || service.situation.iter().flat_map(|page| &page.fields);
    let shows =
        service.situation.iter().filter_map(|page| page.show.as_ref()).chain(fields().filter_map(|f| f.show.as_ref()));
    let checks = fields().flat_map(|field| &field.checks).map(|check| &check.rule);
    for rule in service.parts.iter().flat_map(|part| part.rules()).chain(shows).chain(checks) {
        read.extend(rules::reads(rule).map(|read| read.answers).unwrap_or_default());
    }
    for field in fields().filter(|field| field.element.is_none() && !read.contains(&field.id)) {
        let message = format!("no rule reads the question `{}`", field.id);
        findings.push(finding(
            service,
            "situation",
            "joint",
            message,
            "remove it, or bind it to an element a part uses",
        ));
    }
}
