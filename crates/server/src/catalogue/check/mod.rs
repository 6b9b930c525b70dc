//! `check-city`: the linter of city packs (domain.md §2.5).
//!
//! Rules of §2.5 by file: L01–L08, L10, L12, L13, L16, L18 in [`guide`]; L09 in [`audience`]; L11, L17 in
//! [`samples`]; L14, L15 in [`materials`]; L19 in [`texts`]; L20 in [`rules`]; all that a guide alone can break
//! holds for joint services too, in [`joint`]. Besides them: references, types of expressions, elements of
//! the standard ([`elements`]), sizes, links, secrets, purposes and grades, instant approvals, publicity,
//! reminders, and the worked examples.

mod audience;
mod calculator;
mod care;
pub mod diff;
pub mod elements;
pub mod expressions;
pub mod fixtures;
pub mod guide;
mod instant;
pub mod joint;
mod limits;
mod lines;
mod links;
pub mod materials;
mod publicity;
pub mod references;
mod reminders;
pub mod report;
pub mod rules;
mod samples;
pub mod simulate;
mod simulate_joint;
pub mod texts;
pub mod typing;
mod way;
pub mod ways;

use std::{io::Write, path::Path};

use haoban_domain::{pack::CityPack, time::Date};

use super::{Finding, LoadError, LoadedPack, PackSource, load};

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Terminal,
    /// One JSON document.
    Json,
}

/// Checks the pack in a folder and writes what is wrong; true when nothing is.
///
/// # Errors
/// When the folder cannot be read or nothing can be written.
pub fn check(folder: &Path, today: Date, format: Format, out: &mut impl Write) -> anyhow::Result<bool> {
    let source = PackSource::read(folder)?;
    let findings = findings(&source, today);
    report::write(&source, &findings, format, out)?;
    Ok(findings.is_empty())
}

/// Everything that is wrong in a pack, in order of files.
#[must_use]
pub fn findings(source: &PackSource, today: Date) -> Vec<Finding> {
    let (pack, mut findings) = load::assemble(source);
    if let Some(pack) = pack {
        findings.extend(of_pack(&pack, today));
        findings.extend(calendar(&pack, today));
        if pack.city.id != source.name {
            let message = format!("the id is `{}` but the folder is `{}`", pack.city.id, source.name);
            findings.push(Finding::at("city.yaml", "id", "reference", message, "make both the same"));
        }
        let broken = findings.iter().any(|finding| matches!(finding.rule, "expression" | "reference"));
        if !broken {
            findings.extend(with_rules(source, pack));
        }
    } else {
        // What can be read without the rest is read anyway, so that one run names as much as possible.
        findings.extend(fixtures::shape(source));
    }
    for finding in &mut findings {
        if let (None, Some(text)) = (finding.line, source.files.get(&finding.file)) {
            finding.line = Some(lines::line_of(text, &finding.path));
        }
    }
    findings.sort();
    findings.dedup();
    findings
}

fn of_pack(pack: &CityPack, today: Date) -> Vec<Finding> {
    let mut findings = references::check(pack);
    findings.extend(ways::check(pack));
    findings.extend(texts::check(pack));
    findings.extend(care::dictionary(pack));
    findings.extend(joint::check(pack, today));
    findings.extend(elements::check(pack, today));
    findings.extend(reminders::licences(pack));
    for item in &pack.items {
        findings.extend(guide::check(item, pack, today));
        findings.extend(audience::check(&item.guide, &item_file(&item.code, "item"), pack));
        findings.extend(materials::check(item));
        findings.extend(limits::check(item));
        findings.extend(care::check(item));
        findings.extend(instant::check(item));
        findings.extend(publicity::check(item, pack));
        findings.extend(way::check(item));
        findings.extend(reminders::check(item, pack));
        findings.extend(rules::check(item, pack));
        findings.extend(calculator::check(item, pack));
        findings.extend(typing::check(item, pack));
    }
    findings
}

/// Time limits are counted by the calendar of the year.
fn calendar(pack: &CityPack, today: Date) -> Option<Finding> {
    let year = today.0.year();
    let known = pack.calendars.iter().any(|calendar| calendar.year == year);
    let message = format!("there is no calendar of {year}");
    let remedy = "add calendars/<year>.yaml with the days off and the make-up workdays";
    (!known).then(|| Finding::at(format!("calendars/{year}.yaml"), "", "calendar", message, remedy))
}

fn with_rules(source: &PackSource, pack: CityPack) -> Vec<Finding> {
    match LoadedPack::compile(pack) {
        Ok(loaded) => fixtures::check(source, &loaded),
        Err(findings) => findings,
    }
}

/// The file of an item's part.
pub(super) fn item_file(code: &str, part: &str) -> String {
    format!("items/{code}/{part}.yaml")
}

impl LoadError {
    /// The findings, if its files were read.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        match self {
            Self::Io { .. } => &[],
            Self::Wrong(findings) => findings,
        }
    }
}
