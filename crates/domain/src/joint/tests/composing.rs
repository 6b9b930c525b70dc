//! What a composed item asks, and what its plan says.

use super::*;
use crate::{form::Required, item::ItemCode, material::MaterialStanding};

fn ids(item: &ServiceItem) -> Vec<String> {
    item.form.pages.iter().flat_map(|page| &page.fields).map(|field| field.id.clone()).collect()
}

fn plan(answers: Value) -> crate::form::PlanState {
    evaluator(composed()).evaluate(&inputs(answers)).plan.expect("a joint service has a plan")
}

fn needed(answers: Value) -> Vec<(ItemCode, Option<bool>)> {
    plan(answers).parts.into_iter().map(|part| (part.item, part.needed)).collect()
}

#[test]
fn an_element_is_asked_once_and_prerequisites_stand_first() {
    let item = composed();
    assert_eq!(
        ids(&item),
        [
            "licence",
            "sells",
            "area",
            "school",
            "left_out",
            "shop__name",
            "shop__kind",
            "shop__capital",
            "food__oil",
            "tobacco__apart",
            "shop_sign__text"
        ]
    );
    assert_eq!(item.version, 2_000 + 1 + 3 + 1 + 1);
    let joint = item.joint.as_ref().expect("joint");
    let codes: Vec<&str> = joint.parts.iter().map(|part| part.item.as_str()).collect();
    assert_eq!(codes, ["shop", "food", "tobacco", "shop-sign"]);
    assert_eq!(joint.parts[1].fields["name"], "shop__name");
    assert_eq!(joint.parts[2].fields["shop_name"], "shop__name");
}

#[test]
fn a_shared_field_shows_and_is_required_for_whoever_needs_it() {
    let evaluator = evaluator(composed());
    let field = |answers: Value, id: &str| evaluator.evaluate(&inputs(answers)).fields[id].clone();
    // Only the tobacco permit uses the name here, and does not require it.
    let tobacco = json!({"licence": true, "sells": ["tobacco"]});
    assert!(field(tobacco.clone(), "shop__name").visible && !field(tobacco, "shop__name").required);
    let food = json!({"licence": true, "sells": ["food"]});
    assert!(field(food.clone(), "shop__name").required && field(food, "shop__kind").visible);
    let none = json!({"licence": true});
    assert!(!field(none.clone(), "shop__name").visible && !field(none, "shop__capital").visible);
}

#[test]
fn a_shared_field_accepts_what_every_part_that_is_needed_accepts() {
    let mut musts = service();
    musts.parts.iter_mut().for_each(|part| part.optional = false);
    let evaluator = evaluator(compose(&musts, &pack()).expect("it composes"));
    let offered = |answers: Value| {
        let state = evaluator.evaluate(&inputs(answers));
        state.fields["shop__kind"].offered.iter().map(|option| option.value.clone()).collect::<Vec<_>>()
    };
    assert_eq!(offered(json!({"licence": false, "sells": ["food"]})), ["one", "company"]);
    assert_eq!(offered(json!({"licence": false, "sells": ["tobacco"]})), ["one", "company", "other"]);
    let problems = |answers: Value| {
        let state = evaluator.evaluate(&inputs(answers));
        state.fields["shop__name"].problems.iter().map(|problem| problem.rule.clone()).collect::<Vec<_>>()
    };
    let kids = json!({"licence": true, "sells": ["tobacco"], "shop__name": "kids corner"});
    assert_eq!(problems(kids), ["tobacco__no_kids"]);
    let long = json!({"licence": false, "sells": ["food"], "shop__name": "kids and long"});
    assert_eq!(problems(long), ["shop__short"]);
}

#[test]
fn what_the_situation_answers_is_not_asked_again() {
    let evaluator = evaluator(composed());
    let shown = |area: i64, sells: Value| {
        let answers = json!({"licence": true, "sells": sells, "area": area});
        evaluator.evaluate(&inputs(answers)).fields["food__oil"].visible
    };
    assert!(shown(51, json!(["food", "hot"])));
    assert!(!shown(50, json!(["food", "hot"])), "the item's own figure counts");
    assert!(!shown(51, json!(["food"])));
}

#[test]
fn papers_are_handed_in_once_and_not_when_an_earlier_part_issues_them() {
    let evaluator = evaluator(composed());
    let asked = |answers: Value| {
        let state = evaluator.evaluate(&inputs(answers));
        let asked = state.materials.into_iter().filter(|material| material.asked);
        asked.map(|material| (material.id, material.standing)).collect::<Vec<_>>()
    };
    let need = |ids: &[&str]| ids.iter().map(|id| ((*id).to_owned(), MaterialStanding::Needed)).collect::<Vec<_>>();
    let both = json!({"licence": false, "sells": ["food", "hot", "tobacco"]});
    assert_eq!(asked(both), need(&["shop--id-card", "shop--lease", "food--plan"]));
    let held = json!({"licence": true, "sells": ["food", "tobacco"]});
    assert_eq!(asked(held), need(&["shop--id-card", "food--business-licence"]));
}

#[test]
fn the_plan_knows_what_is_needed_once_the_questions_are_answered() {
    let of = |shop, food, tobacco| {
        vec![
            ("shop".into(), shop),
            ("food".into(), food),
            ("tobacco".into(), tobacco),
            ("shop-sign".into(), Some(true)),
        ]
    };
    assert_eq!(needed(json!({})), of(None, None, None));
    assert_eq!(needed(json!({"licence": false, "sells": ["tobacco"]})), of(Some(true), Some(false), Some(true)));
    let plan = plan(filled(json!({})));
    assert!(plan.settled);
    // The licence in three days, then the food permit in four.
    assert_eq!((plan.days, plan.ready_by.to_string().as_str()), (7, "2026-12-02"));
    assert_eq!(plan.parts[1].after, ["shop"]);
    assert_eq!(plan.parts[2].because, None, "no reason against it is given");
    assert_eq!(plan.situation, ["what"]);
}

#[test]
fn what_is_saved_is_counted() {
    let savings = plan(filled(json!({}))).savings;
    // Shop 2, food 3 (card, licence, plan), sign 0, and a form each; together: card, lease, plan and one form.
    assert_eq!((savings.papers_apart, savings.papers_together), (8, 4));
    assert_eq!((savings.steps_apart, savings.steps_together), (9, 3));
}

#[test]
fn a_situation_that_forbids_a_part_is_said_while_that_part_is_needed() {
    let blocked = |answers: Value| plan(answers).parts[2].blocked.len();
    assert_eq!(blocked(filled(json!({"sells": ["food", "tobacco"], "school": 30}))), 1);
    assert_eq!(blocked(filled(json!({"sells": ["food", "tobacco"], "school": 60}))), 0);
    assert_eq!(blocked(filled(json!({"sells": ["food"], "school": 30}))), 0);
}

#[test]
fn what_cannot_be_composed_is_named() {
    let broken = |change: &dyn Fn(&mut JointService)| {
        let mut service = service();
        change(&mut service);
        compose(&service, &pack()).map(|_| ()).expect_err("it is broken")
    };
    assert_eq!(broken(&|s| s.parts[0].item = "none".into()), JointError::UnknownItem("none".into()));
    assert_eq!(broken(&|s| s.parts[3].item = "food".into()), JointError::Twice("food".into()));
    assert_eq!(broken(&|s| s.parts[1].after = vec!["food".into()]), JointError::Circle("food".into()));
    assert_eq!(broken(&|s| s.code = "shop".into()), JointError::Taken("shop".into()));
    let wrong = JointError::UnknownPrerequisite { item: "shop".into(), before: "x".into() };
    assert_eq!(broken(&|s| s.parts[1].after = vec!["x".into()]), wrong);
    let waiting = JointError::NotOptional { item: "shop".into(), waiting: "food".into() };
    assert_eq!(broken(&|s| s.parts[1].optional = true), waiting);
    assert_eq!(broken(&|s| s.situation[0].id = "left_out".into()), JointError::Reserved("left_out".into()));
    assert_eq!(broken(&|s| s.situation[0].fields[0].id = "left_out".into()), JointError::Reserved("left_out".into()));
    let field = JointError::UnknownField { item: "shop".into(), field: "x".into() };
    assert_eq!(
        broken(&|s| {
            s.parts[1].answers.insert("x".into(), Expr("1".into()));
        }),
        field
    );
}

#[test]
fn required_of_a_shared_field_stays_plain_where_it_can() {
    let item = composed();
    let field = item.form.pages.iter().flat_map(|page| &page.fields).find(|field| field.id == "shop_sign__text");
    assert_eq!(field.expect("the sign").required, Required::Always(true));
}
