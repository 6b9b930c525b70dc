//! A folder of broken definitions: `broken/base` is right, every other folder says what to change in it,
//! and which rule must notice where.
//!
//! Cases named `…-joint-…` start from the base with the joint service of `broken/with-joint` on top.
//!
//! A folder holds `expect.txt` (rule and file), `change.yaml` (texts to replace, files to remove) and
//! whole files that stand in for those of the base.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use haoban_domain::time::Date;
use haoban_server::catalogue::{PackSource, check};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    file: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    remove: bool,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/broken")
}

fn today() -> Date {
    "2026-11-23".parse().unwrap()
}

fn base() -> PackSource {
    PackSource::read(&folder().join("base")).unwrap()
}

/// The base and the joint service.
fn with_joint(base: &PackSource) -> PackSource {
    let mut source = base.clone();
    source.files.extend(PackSource::read(&folder().join("with-joint")).unwrap().files);
    source
}

fn broken() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("expect.txt").is_file())
        .collect();
    found.sort();
    found
}

fn changed(case: &Path, base: &PackSource) -> PackSource {
    let joint = case.to_string_lossy().contains("-joint-");
    let mut source = if joint { with_joint(base) } else { base.clone() };
    let own = PackSource::read(case).unwrap();
    for (file, text) in own.files {
        if file != "change.yaml" {
            source.files.insert(file, text);
        }
    }
    let changes = fs::read_to_string(case.join("change.yaml")).unwrap_or_else(|_| "[]".to_owned());
    for Change { file, from, to, remove } in yaml_serde::from_str::<Vec<Change>>(&changes).unwrap() {
        if remove {
            assert!(source.files.remove(&file).is_some(), "{}: no {file}", case.display());
            continue;
        }
        let text = source.files.get_mut(&file).unwrap();
        assert!(text.contains(&from), "{}: {file} does not hold {from}", case.display());
        *text = text.replacen(&from, &to, 1);
    }
    source
}

#[test]
fn the_base_has_no_finding() {
    for source in [base(), with_joint(&base())] {
        let findings: Vec<String> = check::findings(&source, today()).iter().map(ToString::to_string).collect();
        assert!(findings.is_empty(), "{}", findings.join("\n"));
    }
}

#[test]
fn every_broken_definition_is_noticed_where_it_is_broken() {
    let base = base();
    let mut seen = BTreeSet::new();
    let cases = broken();
    let mut missed = Vec::new();
    for case in &cases {
        let expected = fs::read_to_string(case.join("expect.txt")).unwrap();
        let (rule, file) = expected.trim().split_once(' ').unwrap();
        let findings = check::findings(&changed(case, &base), today());
        if !findings.iter().any(|finding| finding.rule == rule && finding.file == file) {
            missed.push(format!("{}: wanted {rule} in {file}, got {findings:#?}", case.display()));
        }
        for finding in &findings {
            assert!(!finding.message.is_empty() && !finding.remedy.is_empty(), "{finding:?}");
            let there = finding.line.is_some() || finding.rule == "file" || finding.rule == "calendar";
            assert!(there, "{}: no line: {finding}", case.display());
        }
        seen.insert(rule.to_owned());
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    assert!(cases.len() >= 60, "only {} broken definitions", cases.len());
    let silent: Vec<String> = rules().into_iter().filter(|rule| !seen.contains(rule)).collect();
    assert!(silent.is_empty(), "rules that nothing breaks: {silent:?}");
}

/// Every rule the linter knows.
fn rules() -> Vec<String> {
    let others = [
        "calculator",
        "calendar",
        "element",
        "expression",
        "file",
        "fixtures",
        "instant",
        "joint",
        "limits",
        "links",
        "publicity",
        "purpose",
        "reference",
        "reminder",
        "schema",
        "secrets",
        "sensitivity",
        "translation",
        "type",
        "yaml",
    ];
    (1..=20).map(|number| format!("L{number:02}")).chain(others.map(str::to_owned)).collect()
}

/// What an author sees, whole: code, file, line, place, message, remedy.
#[test]
fn the_report_names_the_line() {
    let case = broken().into_iter().find(|path| path.to_string_lossy().ends_with("option-misspelt")).unwrap();
    let source = changed(&case, &base());
    let findings = check::findings(&source, today());
    let mut page = Vec::new();
    check::report::write(&source, &findings, check::Format::Terminal, &mut page).unwrap();
    insta::assert_snapshot!(String::from_utf8(page).unwrap());
}

#[test]
fn the_report_is_readable_by_machines() {
    let case = broken().into_iter().find(|path| path.to_string_lossy().ends_with("unknown-theme")).unwrap();
    let source = changed(&case, &base());
    let mut json = Vec::new();
    check::report::write(&source, &check::findings(&source, today()), check::Format::Json, &mut json).unwrap();
    let list: Vec<serde_json::Value> = serde_json::from_slice(&json).unwrap();
    assert_eq!((&list[0]["rule"], &list[0]["line"]), (&"reference".into(), &10.into()));
}

#[test]
fn too_few_examples_are_noticed() {
    let mut source = base();
    let text = source.files.get_mut("items/stay/examples.yaml").unwrap();
    let last = text.rfind("- words:").unwrap();
    text.truncate(last);
    let findings = check::findings(&source, today());
    assert!(findings.iter().any(|finding| finding.rule == "fixtures" && finding.file.ends_with("item.yaml")));
}
