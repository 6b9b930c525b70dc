//! The trigger matrix of "我要开…" (domain.md §5.7): shop and answers → what is needed, what is blocked.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::{path::PathBuf, sync::OnceLock};

use haoban_domain::{
    form::{Inputs, PlanState},
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
        "shop": "head", "licence_day": "2026-11-20",
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
    let rows: [(&str, Value, &[&str]); 32] = [
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
        ("open-tobacco", json!({"road": true}), &["tobacco-retail", "road-occupation"]),
        ("open-badminton", json!({}), &[]),
        ("open-badminton", json!({"area": 30_000}), &["fire-check"]),
        ("open-badminton", json!({"sells_food": "packed"}), &["prepacked-food-filing"]),
        ("open-badminton", json!({"sells_food": "made"}), &["food-operation-permit"]),
        ("open-badminton", json!({"minors": true}), &["training-school-permit"]),
        ("open-badminton", json!({"risk": true}), &["high-risk-sport-permit"]),
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
