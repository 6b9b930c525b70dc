//! The demo city's pack: loads, has no finding, and every worked example comes out as written. That every
//! rule can fail is shown on a small pack in `broken.rs`.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::path::PathBuf;

use haoban_domain::{receipt::canonical_json, time::Date};
use haoban_server::catalogue::{self, LoadedPack, PackSource, check, fixture::Fixture};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../cities/zhengzhou")
}

fn source() -> PackSource {
    PackSource::read(&folder()).unwrap()
}

fn today() -> Date {
    "2026-11-23".parse().unwrap()
}

#[test]
fn the_demo_city_has_no_finding() {
    let findings: Vec<String> = check::findings(&source(), today()).iter().map(ToString::to_string).collect();
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

#[test]
fn every_worked_example_comes_out_as_written() {
    let source = source();
    let pack = catalogue::load(&folder()).unwrap();
    let mut run = 0;
    for item in &pack.pack.items {
        let evaluator = pack.evaluator(&item.code).unwrap();
        for name in check::fixtures::names(&source, &item.code) {
            let fixture = check::fixtures::read(&source, name).unwrap();
            let differences = fixture.differences(&evaluator);
            assert!(differences.is_empty(), "{name}: {differences:#?}");
            run += 1;
        }
    }
    assert!(run >= 40, "only {run} examples were run");
}

fn tax_of(pack: &LoadedPack, fixture: &Fixture) -> Option<i64> {
    let state = pack.evaluator("deed-tax").unwrap().evaluate(&fixture.inputs());
    state.headline.map(|headline| headline.value)
}

/// domain.md §6.2 (a) to (i), in fen.
#[test]
fn the_nine_worked_tax_cases_come_out() {
    let cases = [
        ("a-only-120", 1_200_000),
        ("b-only-140-exact", 1_500_000),
        ("c-only-140-01", 3_000_000),
        ("d-second-140", 1_500_000),
        ("e-second-165-5", 4_800_000),
        ("f-third-90", 3_000_000),
        ("g-with-vat", 1_500_000),
        ("h-shop", 4_000_000),
        ("i-rounding", 1_851_852),
    ];
    let (source, pack) = (source(), catalogue::load(&folder()).unwrap());
    for (name, tax) in cases {
        let fixture = check::fixtures::read(&source, &format!("items/deed-tax/fixtures/valid-{name}.yaml")).unwrap();
        assert_eq!(tax_of(&pack, &fixture), Some(tax), "{name}");
    }
}

#[test]
fn an_older_day_takes_the_figures_of_that_day() {
    let (source, pack) = (source(), catalogue::load(&folder()).unwrap());
    let mut fixture = check::fixtures::read(&source, "items/deed-tax/fixtures/valid-a-only-120.yaml").unwrap();
    for (day, tax) in [("2024-11-30", 1_800_000), ("2024-12-01", 1_200_000)] {
        fixture.today = day.parse().unwrap();
        assert_eq!(tax_of(&pack, &fixture), Some(tax), "{day}");
    }
}

#[test]
fn the_guide_knows_the_ceiling_before_any_answer() {
    let (source, pack) = (source(), catalogue::load(&folder()).unwrap());
    let mut fixture = check::fixtures::read(&source, "items/gjj-rent/fixtures/valid-market-alone.yaml").unwrap();
    fixture.answers.clear();
    let state = pack.evaluator("gjj-rent").unwrap().evaluate(&fixture.inputs());
    assert_eq!(state.headline.map(|headline| (headline.value, headline.limit)), Some((450_000, "cap".to_owned())));
}

#[test]
fn nobody_signed_in_leaves_every_condition_open() {
    let (source, pack) = (source(), catalogue::load(&folder()).unwrap());
    for item in pack.pack.items.iter().filter(|item| item.joint.is_none()) {
        let name = check::fixtures::names(&source, &item.code).next().unwrap();
        let mut fixture = check::fixtures::read(&source, name).unwrap();
        fixture.facts.clear();
        fixture.licences.clear();
        fixture.applicant = None;
        let judged = pack.evaluator(&item.code).unwrap().conditions(&fixture.inputs());
        let told: Vec<_> = judged.iter().filter(|condition| condition.met.is_some()).collect();
        assert!(told.is_empty(), "{}: {told:?}", item.code);
    }
}

#[test]
fn the_same_content_has_the_same_version_and_other_content_another() {
    let one = catalogue::load(&folder()).unwrap();
    let mut reformatted = source();
    reformatted.files.iter_mut().for_each(|(_, text)| text.insert_str(0, "# a comment\n"));
    assert_eq!(LoadedPack::from_source(&reformatted).unwrap().version, one.version);
    let changed = LoadedPack::from_source(&mutated("city.yaml", "\"12345\"", "\"12346\"")).unwrap();
    assert_ne!(changed.version, one.version);
    assert_eq!(one.version.len(), 64);
    assert!(!canonical_json(&serde_json::to_value(&one.pack).unwrap()).is_empty());
}

fn mutated(file: &str, from: &str, to: &str) -> PackSource {
    let mut source = source();
    let text = source.files.get_mut(file).unwrap_or_else(|| panic!("there is no {file}"));
    assert!(text.contains(from), "{file} does not hold {from}");
    *text = text.replacen(from, to, 1);
    source
}

const MATERIALS: &str = "items/gjj-rent/materials.yaml";
const WORKFLOW: &str = "items/gjj-rent/workflow.yaml";

/// One change a line: file, what is replaced, by what, the rule that must notice. Rules that the small pack
/// of `broken.rs` has no file for.
const BREAKS: &[(&str, &str, &str, &str)] = &[
    ("city.yaml", "items: [birth-service-filing,", "items: [moon,", "reference"),
    ("city.yaml", "id: birth,", "id: school,", "reference"),
    ("synonyms.yaml", "items: [business-registration]", "items: [moon]", "reference"),
    ("synonyms.yaml", "驾照, 驾驶本", "房基金, 驾驶本", "reference"),
    ("synonyms.yaml", "say: [驾照", "said: [驾照", "schema"),
];

#[test]
fn words_and_life_events_lead_to_services() {
    for (file, from, to, rule) in BREAKS {
        let mut source = mutated(file, from, to);
        // Examples are run by other tests; without them this one takes seconds instead of a minute.
        source.files.retain(|name, _| !name.contains("/fixtures/"));
        let findings = check::findings(&source, today());
        assert!(findings.iter().any(|finding| finding.rule == *rule), "{file}: {from} → {to}: {findings:#?}");
    }
}

#[test]
fn missing_and_stray_files_are_named() {
    let mut source = source();
    source.files.remove(WORKFLOW);
    source.files.insert("items/gjj-rent/from.yaml".to_owned(), String::new());
    let findings = check::findings(&source, today());
    for file in [WORKFLOW, "items/gjj-rent/from.yaml"] {
        assert!(findings.iter().any(|finding| finding.file == file && finding.rule == "file"), "{file}: {findings:?}");
    }
}

#[test]
fn a_broken_pack_does_not_load_and_says_all_that_is_wrong() {
    let mut source = mutated("city.yaml", "item:gjj-rent", "item:moon");
    let text = source.files.get_mut(MATERIALS).unwrap();
    *text = text.replacen("licence_type: resident-id", "licence_type: moon", 1);
    let error = LoadedPack::from_source(&source).unwrap_err();
    assert_eq!(error.findings().len(), 2, "{error}");
    assert!(error.to_string().contains("materials.yaml 0.replaced_by.0.licence_type"), "{error}");
}
