//! The demo city's pack: loads, has no finding, every worked example comes out as written, and every
//! rule of the linter can fail.
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
    for item in &pack.pack.items {
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

const ITEM: &str = "items/gjj-rent/item.yaml";
const FORM: &str = "items/gjj-rent/form.yaml";
const MATERIALS: &str = "items/gjj-rent/materials.yaml";
const WORKFLOW: &str = "items/gjj-rent/workflow.yaml";

/// One change a line: file, what is replaced, by what, the rule that must notice.
const BREAKS: &[(&str, &str, &str, &str)] = &[
    (ITEM, "promised_limit: { days: 3,", "promised_limit: { days: 0,", "L01"),
    (ITEM, "handling: promised", "handling: instant", "L02"),
    (ITEM, "name: { zh: \"提取的公积金\"", "name: { zh: \"提取证\"", "L03"),
    (ITEM, "kind: payment", "kind: licence", "L03"),
    (ITEM, "trips: 0", "trips: 1", "L04"),
    (ITEM, "online_depth: IV", "online_depth: II", "L05"),
    (ITEM, "trips: 0", "trips: 1\n  trips_reason: { zh: \"交原件\", en: \"Originals\" }", "L06"),
    (ITEM, "charged: false", "charged: true", "L07"),
    (ITEM, "pay_online: false", "pay_online: true", "L07"),
    (ITEM, "complaint_phone: 0371-12345", "complaint_phone: 0371-12329", "L08"),
    (ITEM, "consult_phone: 0371-12329", "consult_phone: 010-12329", "L08"),
    ("items/residence-permit/item.yaml", "item_type: confirmation", "item_type: licensing", "none"),
    (ITEM, "statutory_limit: { days: 3,", "statutory_limit: { days: 2,", "L12"),
    (WORKFLOW, "days: 2", "days: 3", "L13"),
    (MATERIALS, "name: { zh: \"租赁合同\"", "name: { zh: \"相关证明\"", "L14"),
    (
        MATERIALS,
        "  because: { zh: \"公租房的房租由系统查，不用交\", en: \"Rent of public homes is looked up\" }\n",
        "",
        "L15",
    ),
    (ITEM, "effective_from: 2015-01-20", "effective_from: 2030-01-20", "L16"),
    (ITEM, "effective_from: 2024-01-01", "effective_from: 2024-01-01\n      effective_to: 2025-01-01", "L16"),
    ("items/deed-tax/item.yaml", "effective_to: 2024-11-30", "effective_to: 2025-11-30", "L16"),
    (ITEM, "last_verified: 2026-11-20", "last_verified: 2025-11-20", "L18"),
    (
        ITEM,
        "plain: { zh: \"租房子住",
        "plain: { zh: \"租房子住租房子住租房子住租房子住租房子住租房子住租房子住租房子住",
        "L19",
    ),
    (WORKFLOW, "target: \"field:bank_card_other\"", "target: \"field:bank_card\"", "L20"),
    (ITEM, "gjj.account, purpose", "gjj.monthly, purpose", "L20"),
    (ITEM, "en: \"Free of charge\"", "en: \" \"", "translation"),
    (ITEM, "en: \"Free of charge\"", "en: \"免费 free\"", "translation"),
    (ITEM, "You have paid {gjj.months_paid} months\"", "You have paid many months\"", "translation"),
    (ITEM, ", en: \"Free of charge\"", "", "schema"),
    (ITEM, "themes: [housing]", "themes: [moon]", "reference"),
    (ITEM, "department: gjj-center", "department: moon", "reference"),
    (ITEM, "key: gjj.account", "key: gjj.moon", "reference"),
    (MATERIALS, "licence_type: resident-id", "licence_type: moon", "reference"),
    (MATERIALS, "id: no-home", "id: id-card", "reference"),
    (WORKFLOW, "department: gjj-center", "department: moon", "reference"),
    (WORKFLOW, "role: review", "role: decide", "reference"),
    (WORKFLOW, "target: \"field:rent_month\"", "target: \"field:moon\"", "reference"),
    ("city.yaml", "item:gjj-rent", "item:moon", "reference"),
    ("city.yaml", "theme:housing", "theme:moon", "reference"),
    ("city.yaml", "route:help", "route:moon", "reference"),
    ("city.yaml", "id: zhengzhou", "id: moon", "reference"),
    ("city.yaml", "items: [birth-service-filing,", "items: [moon,", "reference"),
    ("city.yaml", "id: birth,", "id: school,", "reference"),
    ("synonyms.yaml", "items: [business-registration]", "items: [moon]", "reference"),
    ("synonyms.yaml", "驾照, 驾驶本", "房基金, 驾驶本", "reference"),
    ("synonyms.yaml", "say: [驾照", "said: [驾照", "schema"),
    ("departments.yaml", "12410100MB0TD0112N", "12410100MB0TD0113N", "reference"),
    ("licences.yaml", "glyph: 户", "glyph: 身", "reference"),
    ("licences.yaml", "issuer: civil-affairs", "issuer: moon", "reference"),
    ("registers.yaml", "department: hrss", "department: moon", "reference"),
    ("regions.yaml", "parent: \"410100\"", "parent: \"419999\"", "reference"),
    ("calendars/2026.yaml", "- 2026-02-15", "- 2025-02-15", "reference"),
    (FORM, "rule: answers.term.to > answers.term.from", "rule: answers.moon > answers.term.from", "expression"),
    (FORM, "rule: answers.term.to > answers.term.from", "rule: answers.term.to >", "expression"),
    (FORM, "rule: answers.rent_month <= 2000000", "rule: answers.rent_month <= fig.moon", "expression"),
    (FORM, "prefill: lease.filed_rent", "prefill: social.months_paid", "expression"),
    (FORM, "prefill: lease.filed_rent", "prefill: lease.filed_term", "type"),
    (FORM, "kind: money", "kind: moon", "schema"),
    (FORM, "pages:", "pages: [", "yaml"),
    ("items/gjj-rent/fixtures/valid-market-alone.yaml", "value: 450000", "value: 450001", "fixtures"),
    ("items/gjj-rent/fixtures/valid-market-alone.yaml", "complete: true", "complete: maybe", "schema"),
];

#[test]
fn every_rule_can_fail() {
    for (file, from, to, rule) in BREAKS {
        let mut source = mutated(file, from, to);
        if !matches!(*rule, "fixtures" | "none") && !file.contains("/fixtures/") {
            // Examples are run by other tests; without them this one takes seconds instead of a minute.
            source.files.retain(|name, _| !name.contains("/fixtures/"));
        }
        let findings = check::findings(&source, today());
        let rules: Vec<&str> = findings.iter().map(|finding| finding.rule).collect();
        if *rule == "none" {
            assert!(rules.is_empty(), "{file}: {from} → {to}: {findings:#?}");
        } else {
            assert!(rules.contains(rule), "{file}: {from} → {to}: wanted {rule}, got {findings:#?}");
        }
        for finding in &findings {
            assert!(
                !finding.message.is_empty() && !finding.remedy.is_empty() && !finding.file.is_empty(),
                "{finding:?}"
            );
        }
    }
}

#[test]
fn a_licensing_item_needs_five_steps_and_an_answered_question() {
    let code = "items/residence-permit/item.yaml";
    let mut source = mutated(code, "item_type: confirmation", "item_type: licensing");
    let text = source.files.get_mut(code).unwrap();
    let step = text.lines().find(|line| line.contains("选一条理由")).unwrap().to_owned();
    *text = text.replace(&format!("{step}\n"), "");
    assert!(check::findings(&source, today()).iter().any(|finding| finding.rule == "L10"));
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
fn too_few_examples_are_noticed() {
    let mut source = source();
    source.files.retain(|name, _| !name.contains("gjj-rent/fixtures/invalid"));
    assert!(check::findings(&source, today()).iter().any(|finding| finding.rule == "fixtures"));
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

#[test]
fn the_report_shows_the_line_and_is_readable_by_machines() {
    let source = mutated(ITEM, "themes: [housing]", "themes: [moon]");
    let findings = check::findings(&source, today());
    let mut terminal = Vec::new();
    check::report::write(&source, &findings, check::Format::Terminal, &mut terminal).unwrap();
    let terminal = String::from_utf8(terminal).unwrap();
    assert!(terminal.contains("themes: [moon]") && terminal.contains("1 finding(s)"), "{terminal}");
    let mut json = Vec::new();
    check::report::write(&source, &findings, check::Format::Json, &mut json).unwrap();
    let list: Vec<serde_json::Value> = serde_json::from_slice(&json).unwrap();
    assert_eq!(list[0]["rule"], "reference");
}
