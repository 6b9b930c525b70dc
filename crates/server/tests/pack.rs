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
    ("city.yaml", "item:open-hotpot", "item:open-moon", "reference"),
    ("city.yaml", "items: [open-hotpot,", "items: [open-moon,", "reference"),
    ("synonyms.yaml", "items: [open-hotpot,", "items: [open-moon,", "reference"),
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

/// Tiles, life events and phrases of the city lead to joint services as they lead to items.
#[test]
fn the_city_leads_to_its_joint_services() {
    let pack = LoadedPack::from_source(&source()).unwrap().pack;
    let joint = |code: &str| pack.item(code).is_some_and(|item| item.joint.is_some());
    for tiles in [&pack.city.home_tiles, &pack.city.senior_tiles] {
        assert!(tiles.len() <= 8);
        assert!(tiles.iter().any(|tile| tile.to == "item:utilities-transfer") && joint("utilities-transfer"));
        assert!(tiles.iter().any(|tile| tile.to == "item:medical-visit"));
    }
    assert!(pack.city.home_tiles.iter().any(|tile| tile.to == "item:open-hotpot") && joint("open-hotpot"));
    let event = |id: &str| pack.city.life_events.iter().find(|event| event.id == id).expect(id);
    assert!(event("open-shop").items.iter().filter(|code| joint(code)).count() >= 7);
    assert!(event("buy-home").items.iter().any(|code| joint(code)));
    let said = |words: &str| pack.synonyms.iter().find(|line| line.say.iter().any(|say| say == words)).expect(words);
    assert_eq!(said("开火锅店").items[0], "open-hotpot");
    assert_eq!(said("水电过户").items[0], "utilities-transfer");
}

/// What the city was asked for by name (domain.md §0.2, §5.1, §5.6), by code.
const NAMED: [(&str, &[&str]); 8] = [
    (
        "公积金提取 W01–W10",
        &[
            "gjj-withdrawal",
            "gjj-buy-new",
            "gjj-buy-second",
            "gjj-loan-commercial",
            "gjj-loan-fund",
            "gjj-rent",
            "gjj-retire",
            "gjj-leave",
            "gjj-elevator",
            "gjj-illness",
            "gjj-inheritance",
        ],
    ),
    (
        "水电气暖过户一件事",
        &["utilities-transfer", "water-transfer", "power-transfer", "gas-transfer", "heat-transfer"],
    ),
    (
        "市民",
        &[
            "deed-tax",
            "medical-visit",
            "school-enrolment",
            "residence-permit",
            "postdoc-living",
            "postdoc-settle",
            "talent-recognition",
            "job-certificate",
            "startup-loan",
            "pension-check",
            "senior-allowance",
            "nucleic-acid-query",
            "vaccine-booking",
            "city-report",
            "kinship-proof",
        ],
    ),
    ("企业", &["scarce-talent-award"]),
    (
        "我要开",
        &[
            "open-badminton",
            "open-footbath",
            "open-agency",
            "open-driving-school",
            "open-hotpot",
            "open-tobacco",
            "open-food-factory",
        ],
    ),
    (
        "六个“1”",
        &[
            "business-registration",
            "seal-engraving",
            "bank-account",
            "tax-registration",
            "social-registration",
            "medical-registration",
        ],
    ),
    ("公积金缴存登记", &["gjj-registration"]),
    (
        "X",
        &[
            "food-operation-permit",
            "prepacked-food-filing",
            "food-production-permit",
            "tobacco-retail",
            "ecig-retail",
            "hygiene-permit",
            "hygiene-filing",
            "fire-check",
            "fire-acceptance",
            "road-occupation",
            "outdoor-ad",
            "sign-filing",
            "drainage-permit",
            "hotel-permit",
            "entertainment-permit",
            "internet-cafe-permit",
            "printing-permit",
            "drug-retail-permit",
            "device2-filing",
            "device3-permit",
            "driving-school-filing",
            "agency-filing",
            "high-risk-sport-permit",
            "kindergarten-permit",
            "nursery-filing",
            "training-school-permit",
            "clinic-filing",
            "publication-retail-permit",
            "vet-permit",
            "seed-permit",
            "freight-permit",
            "repair-filing",
            "hr-service-permit",
            "labour-dispatch-permit",
            "travel-agency-permit",
            "massage-filing",
            "env-registration",
            "scales-filing",
            "prepaid-card-filing",
        ],
    ),
];

#[test]
fn every_service_that_was_asked_for_is_there_and_at_least_a_hundred_in_all() {
    let source = source();
    let pack = LoadedPack::from_source(&source).unwrap().pack;
    let named: Vec<&str> = NAMED.iter().flat_map(|(_, codes)| codes.iter().copied()).collect();
    let missing: Vec<&str> = named.iter().copied().filter(|code| pack.item(code).is_none()).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let items: Vec<&str> =
        pack.items.iter().filter(|item| item.joint.is_none()).map(|item| item.code.as_str()).collect();
    assert!(items.len() >= 100, "{} items", items.len());
    let everyday = items.iter().filter(|code| !named.contains(code)).count();
    assert!(everyday >= 30, "{everyday} everyday services besides those that were named");
    for theme in &pack.city.themes {
        assert!(
            pack.items.iter().any(|item| item.guide.themes.contains(&theme.id)),
            "nothing stands under {}",
            theme.id
        );
    }
    for code in items {
        let examples = check::fixtures::of_item(&source, code);
        let valid = examples.iter().filter(|example| example.fixture.expect.complete).count();
        assert!(valid >= 2 && examples.len() - valid >= 3, "{code}: {valid} of {}", examples.len());
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
