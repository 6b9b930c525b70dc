//! The trigger matrix of "我要开…" (domain.md §5.7): shop and answers → what is needed, what is blocked.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::{path::PathBuf, sync::OnceLock};

use haoban_domain::{
    form::{Inputs, PlanState},
    joint::NoteKind,
    time::Date,
};
use haoban_server::catalogue::{self, LoadedPack};
use serde_json::{Value, json};

fn pack() -> &'static LoadedPack {
    static PACK: OnceLock<LoadedPack> = OnceLock::new();
    PACK.get_or_init(|| {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../cities/zhengzhou");
        catalogue::load(&folder).expect("the pack loads")
    })
}

fn plan(code: &str, answers: Value) -> PlanState {
    let today: Date = "2026-11-23".parse().unwrap();
    let answers = answers.as_object().unwrap().clone().into_iter().collect();
    let inputs = Inputs { answers, ..Inputs::on(today) };
    pack().evaluator(code).expect(code).evaluate(&inputs).plan.expect("a plan")
}

/// A shop that has its licence, with nothing special; each row changes what it is about.
fn shop(extra: &Value) -> Value {
    let mut answers = json!({
        "licence": "have", "form": "company", "area": 10_000, "floor": 1, "invest": 0, "sign": "none", "road": false,
        "card": false, "residential": false, "drains": false, "tobacco": false, "sells_food": "none", "school": 500,
        "separate": true, "machine": false, "foreign": false, "ecig": false, "risk": false, "minors": false,
        "medical": false, "overnight": false, "farmland": false, "canteen": false, "pollutes": false, "special": false,
        "shop": "head", "licence_day": "2026-11-20", "pavement": "none",
    });
    answers.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    answers
}

fn needed(code: &str, extra: Value) -> Vec<String> {
    let plan = plan(code, shop(&extra));
    assert!(plan.settled, "{code} {extra}: {plan:?}");
    plan.parts.into_iter().filter(|part| part.needed == Some(true)).map(|part| part.item).collect()
}

fn blocked(code: &str, extra: Value) -> Vec<String> {
    let plan = plan(code, shop(&extra));
    plan.parts.into_iter().filter(|part| !part.blocked.is_empty()).map(|part| part.item).collect()
}

#[test]
fn every_shop_needs_what_its_answers_call_for() {
    let rows: [(&str, Value, &[&str]); 34] = [
        ("open-hotpot", json!({}), &["food-operation-permit"]),
        ("open-hotpot", json!({"area": 29_999}), &["food-operation-permit"]),
        ("open-hotpot", json!({"area": 30_000}), &["food-operation-permit", "fire-check"]),
        (
            "open-hotpot",
            json!({"area": 32_000, "invest": 30_000_001}),
            &["food-operation-permit", "fire-acceptance", "fire-check"],
        ),
        ("open-hotpot", json!({"drains": true}), &["food-operation-permit", "drainage-permit"]),
        ("open-hotpot", json!({"tobacco": true}), &["food-operation-permit", "tobacco-retail"]),
        ("open-hotpot", json!({"sign": "plain"}), &["food-operation-permit", "sign-filing"]),
        ("open-hotpot", json!({"sign": "large"}), &["food-operation-permit", "sign-filing", "outdoor-ad"]),
        ("open-hotpot", json!({"road": true}), &["food-operation-permit", "road-occupation"]),
        ("open-hotpot", json!({"card": true}), &["food-operation-permit", "prepaid-card-filing"]),
        (
            "open-hotpot",
            json!({"licence": "none", "form": "company", "staff": true}),
            &[
                "business-registration",
                "seal-engraving",
                "bank-account",
                "tax-registration",
                "social-registration",
                "medical-registration",
                "food-operation-permit",
            ],
        ),
        (
            "open-hotpot",
            json!({"licence": "none", "form": "individual", "staff": false}),
            &["business-registration", "tax-registration", "food-operation-permit"],
        ),
        (
            "open-hotpot",
            json!({"licence": "none", "form": "individual", "staff": false, "extras": ["seal"]}),
            &["business-registration", "seal-engraving", "tax-registration", "food-operation-permit"],
        ),
        ("open-tobacco", json!({}), &["tobacco-retail"]),
        ("open-tobacco", json!({"ecig": true}), &["tobacco-retail", "ecig-retail"]),
        ("open-tobacco", json!({"sells_food": "packed"}), &["tobacco-retail", "prepacked-food-filing"]),
        ("open-tobacco", json!({"sells_food": "made"}), &["tobacco-retail", "food-operation-permit"]),
        // The seed's own shop: both matched (domain.md §0.2, §5.7).
        ("open-tobacco", json!({"pavement": "small"}), &["tobacco-retail", "road-occupation"]),
        ("open-tobacco", json!({"pavement": "more"}), &["tobacco-retail", "road-occupation"]),
        ("open-badminton", json!({"risk": true, "pool": true}), &["high-risk-sport-permit", "hygiene-permit"]),
        ("open-badminton", json!({}), &[]),
        ("open-badminton", json!({"area": 30_000}), &["fire-check"]),
        ("open-badminton", json!({"sells_food": "packed"}), &["prepacked-food-filing"]),
        ("open-badminton", json!({"sells_food": "made"}), &["food-operation-permit"]),
        ("open-badminton", json!({"minors": true}), &["training-school-permit"]),
        ("open-badminton", json!({"risk": true, "pool": false}), &["high-risk-sport-permit"]),
        ("open-footbath", json!({}), &["hygiene-permit", "massage-filing", "fire-check"]),
        (
            "open-footbath",
            json!({"drains": true}),
            &["hygiene-permit", "massage-filing", "fire-check", "drainage-permit"],
        ),
        ("open-agency", json!({"area": 90_000}), &["agency-filing"]),
        ("open-agency", json!({"sign": "plain"}), &["agency-filing", "sign-filing"]),
        ("open-driving-school", json!({}), &["driving-school-filing"]),
        ("open-driving-school", json!({"canteen": true}), &["driving-school-filing", "food-operation-permit"]),
        ("open-food-factory", json!({}), &["food-production-permit"]),
        (
            "open-food-factory",
            json!({"pollutes": true, "drains": true}),
            &["food-production-permit", "env-registration", "drainage-permit"],
        ),
    ];
    for (code, extra, expected) in rows {
        assert_eq!(needed(code, extra.clone()), expected, "{code} {extra}");
    }
}

#[test]
fn what_cannot_be_granted_is_said_before_anything_is_filled() {
    let rows: [(&str, Value, &[&str]); 12] = [
        ("open-hotpot", json!({"residential": true, "flue": false}), &["food-operation-permit"]),
        ("open-hotpot", json!({"residential": true, "flue": true}), &[]),
        ("open-hotpot", json!({"tobacco": true, "school": 99}), &["tobacco-retail"]),
        ("open-hotpot", json!({"tobacco": true, "school": 100}), &[]),
        ("open-tobacco", json!({"school": 50}), &["tobacco-retail"]),
        ("open-tobacco", json!({"separate": false}), &["tobacco-retail"]),
        ("open-tobacco", json!({"machine": true}), &["tobacco-retail"]),
        ("open-tobacco", json!({"foreign": true}), &["tobacco-retail"]),
        ("open-footbath", json!({"medical": true}), &["hygiene-permit"]),
        ("open-footbath", json!({"overnight": true}), &["massage-filing"]),
        ("open-driving-school", json!({"farmland": true}), &["driving-school-filing"]),
        ("open-food-factory", json!({"special": true}), &["food-production-permit"]),
    ];
    for (code, extra, expected) in rows {
        assert_eq!(blocked(code, extra.clone()), expected, "{code} {extra}");
    }
}

#[test]
fn a_withdrawal_from_the_fund_is_one_of_them_and_shows_its_own_figure() {
    for (reason, item) in [("rent", "gjj-rent"), ("retire", "gjj-retire"), ("buy_new", "gjj-buy-new")] {
        let plan = plan("gjj-withdrawal", json!({"reason": reason}));
        let needed: Vec<_> = plan.parts.iter().filter(|part| part.needed == Some(true)).collect();
        assert_eq!(needed.len(), 1, "{reason}");
        assert_eq!(needed[0].item, item);
    }
    assert!(pack().item("gjj-withdrawal").unwrap().form.headline.is_some());
}

#[test]
fn utilities_are_as_many_as_are_chosen_and_none_waits_for_another() {
    let plan = plan("utilities-transfer", json!({"which": ["water", "gas"]}));
    let needed: Vec<&str> =
        plan.parts.iter().filter(|part| part.needed == Some(true)).map(|part| part.item.as_str()).collect();
    assert_eq!(needed, ["water-transfer", "gas-transfer"]);
    assert!(plan.parts.iter().all(|part| part.after.is_empty() && part.optional));
}

#[test]
fn the_licence_comes_first_and_the_days_add_up_along_the_order() {
    let answers = json!({"licence": "none", "form": "company", "staff": false, "area": 32_000});
    let plan = plan("open-hotpot", shop(&answers));
    let food = plan.parts.iter().find(|part| part.item == "food-operation-permit").unwrap();
    assert_eq!(food.after, ["business-registration"]);
    assert_eq!(plan.days, 4, "the licence at once, the permit within four working days");
    assert!(plan.savings.papers_together < plan.savings.papers_apart, "{:?}", plan.savings);
}

/// The shops of "我要开…" and the food plant.
const SHOPS: [&str; 7] = [
    "open-agency",
    "open-badminton",
    "open-driving-school",
    "open-food-factory",
    "open-footbath",
    "open-hotpot",
    "open-tobacco",
];

/// What the plan calls not needed: parts by code, notes by id.
fn not_needed(code: &str, extra: Value) -> Vec<String> {
    let plan = plan(code, shop(&extra));
    let parts = plan.parts.iter().filter(|part| part.needed == Some(false)).map(|part| part.item.clone());
    let notes = plan.notes.iter().filter(|note| note.kind == NoteKind::NotNeeded).map(|note| note.id.clone());
    parts.chain(notes).collect()
}

fn elsewhere(code: &str) -> Vec<String> {
    let plan = plan(code, shop(&json!({})));
    plan.notes.iter().filter(|note| note.kind == NoteKind::Elsewhere).map(|note| note.id.clone()).collect()
}

/// What somebody with a licence, a small place and nothing special does not need, by scenario (domain.md §5.7).
#[test]
fn the_plan_says_what_is_not_needed() {
    let begun = [
        "business-registration",
        "seal-engraving",
        "bank-account",
        "tax-registration",
        "social-registration",
        "medical-registration",
    ];
    let rows: [(&str, Value, &[&str]); 12] = [
        (
            "open-hotpot",
            json!({}),
            &[
                "fire-acceptance",
                "fire-check",
                "drainage-permit",
                "tobacco-retail",
                "sign-filing",
                "outdoor-ad",
                "road-occupation",
                "prepaid-card-filing",
                "hygiene",
                "prepacked",
                "environment",
                "lodging",
            ],
        ),
        (
            "open-hotpot",
            json!({"area": 32_000, "drains": true, "sign": "large"}),
            &[
                "fire-acceptance",
                "tobacco-retail",
                "road-occupation",
                "prepaid-card-filing",
                "hygiene",
                "prepacked",
                "environment",
                "lodging",
            ],
        ),
        (
            "open-tobacco",
            json!({}),
            &[
                "ecig-retail",
                "prepacked-food-filing",
                "food-operation-permit",
                "sign-filing",
                "outdoor-ad",
                "road-occupation",
                "fire",
                "environment",
                "wholesale",
            ],
        ),
        (
            "open-tobacco",
            json!({"pavement": "small", "sign": "plain", "sells_food": "packed"}),
            &["ecig-retail", "food-operation-permit", "outdoor-ad", "fire", "environment", "wholesale"],
        ),
        (
            "open-badminton",
            json!({}),
            &[
                "fire-acceptance",
                "fire-check",
                "high-risk-sport-permit",
                "hygiene-permit",
                "training-school-permit",
                "prepacked-food-filing",
                "food-operation-permit",
                "sign-filing",
                "outdoor-ad",
                "road-occupation",
                "prepaid-card-filing",
                "entertainment",
                "environment",
            ],
        ),
        (
            "open-badminton",
            json!({"risk": true, "pool": true, "area": 30_000}),
            &[
                "fire-acceptance",
                "training-school-permit",
                "prepacked-food-filing",
                "food-operation-permit",
                "sign-filing",
                "outdoor-ad",
                "road-occupation",
                "prepaid-card-filing",
                "entertainment",
            ],
        ),
        (
            "open-footbath",
            json!({}),
            &[
                "fire-acceptance",
                "drainage-permit",
                "prepacked-food-filing",
                "food-operation-permit",
                "sign-filing",
                "outdoor-ad",
                "road-occupation",
                "prepaid-card-filing",
                "clinic",
                "lodging",
                "entertainment",
            ],
        ),
        (
            "open-footbath",
            json!({"medical": true, "overnight": true}),
            &[
                "fire-acceptance",
                "drainage-permit",
                "prepacked-food-filing",
                "food-operation-permit",
                "sign-filing",
                "outdoor-ad",
                "road-occupation",
                "prepaid-card-filing",
                "entertainment",
            ],
        ),
        ("open-agency", json!({}), &["sign-filing", "outdoor-ad", "road-occupation", "fire", "hygiene", "environment"]),
        (
            "open-driving-school",
            json!({}),
            &[
                "fire-acceptance",
                "food-operation-permit",
                "sign-filing",
                "outdoor-ad",
                "road-occupation",
                "transport",
                "fire",
            ],
        ),
        (
            "open-food-factory",
            json!({}),
            &["env-registration", "fire-acceptance", "drainage-permit", "operation", "fire"],
        ),
        ("open-food-factory", json!({"pollutes": true, "drains": true}), &["fire-acceptance", "operation", "fire"]),
    ];
    for (code, extra, expected) in rows {
        let told = not_needed(code, extra.clone());
        let own: Vec<&str> = told.iter().map(String::as_str).filter(|one| !begun.contains(one)).collect();
        assert_eq!(own, expected, "{code} {extra}");
        assert!(begun.iter().all(|item| told.iter().any(|one| one == item)), "{code}: the licence is there");
    }
}

#[test]
fn what_is_done_elsewhere_is_told_too() {
    let rows: [(&str, &[&str]); 4] = [
        ("open-hotpot", &["waste", "gas"]),
        ("open-footbath", &["health"]),
        ("open-driving-school", &["plates"]),
        ("open-food-factory", &["boiler", "export"]),
    ];
    for (code, expected) in rows {
        assert_eq!(elsewhere(code), expected, "{code}");
    }
}

/// Whether words name a rule, or say that the counter's answer counts where the source is weak.
fn names_a_rule(words: &str) -> bool {
    let law = ["法", "条例", "办法", "规则", "规定", "名录", "国发"];
    words.contains("以窗口答复为准")
        || words.rsplit_once('（').is_some_and(|(_, rule)| law.iter().any(|law| rule.contains(law)))
}

#[test]
fn every_reason_of_a_shop_names_its_rule_both_ways() {
    for code in SHOPS {
        let item = pack().item(code).unwrap();
        let joint = item.joint.as_deref().unwrap();
        for part in &joint.parts {
            assert!(names_a_rule(&part.because.zh), "{code} {}: {}", part.item, part.because.zh);
            let not = part.not_because.as_ref();
            assert_eq!(not.is_some(), part.when.is_some(), "{code} {}: a reason against it", part.item);
            assert!(not.is_none_or(|not| names_a_rule(&not.zh)), "{code} {}: {not:?}", part.item);
        }
        assert!(!joint.notes.is_empty(), "{code}");
        for note in &joint.notes {
            assert!(names_a_rule(&note.because.zh), "{code} {}: {}", note.id, note.because.zh);
        }
    }
}

#[test]
fn what_is_optional_and_cannot_be_granted_does_not_stop_a_shop() {
    // Without its own papers the shop is not complete; what stops it is not the tobacco.
    let plan = plan("open-hotpot", shop(&json!({"tobacco": true, "school": 50, "left_out": ["tobacco-retail"]})));
    let tobacco = plan.parts.iter().find(|part| part.item == "tobacco-retail").unwrap();
    assert!(tobacco.left_out && tobacco.needed == Some(false) && tobacco.blocked.is_empty());
    assert!(plan.parts.iter().all(|part| part.blocked.is_empty()));
}
