//! A part that the rest can do without never stops it: it is left out by choice, or because it is stuck.

use super::*;
use crate::form::{Evaluation, PlanPart, visible_answers};

const SLOTS: [&str; 3] = ["shop--id-card", "shop--lease", "food--plan"];

fn begun(service: &JointService, answers: Value, slots: &[&str]) -> Evaluation {
    let item = compose(service, &pack()).expect("it composes");
    evaluator(item).begin(Inputs { choices: choices(slots), ..inputs(answers) })
}

fn selling_tobacco(extra: Value) -> Evaluation {
    let mut answers = filled(json!({"sells": ["food", "hot", "tobacco"], "school": 60, "tobacco__apart": true}));
    if let (Value::Object(all), Value::Object(extra)) = (&mut answers, extra) {
        all.extend(extra);
        all.retain(|_, value| !value.is_null());
    }
    begun(&service(), answers, &SLOTS)
}

fn part<'a>(evaluation: &'a Evaluation, code: &str) -> &'a PlanPart {
    let plan = evaluation.state().plan.as_ref().expect("a plan");
    plan.parts.iter().find(|part| part.item == code).expect("the part")
}

fn stuck(evaluation: &Evaluation, code: &str) -> Vec<String> {
    part(evaluation, code).stuck.iter().map(|words| words.zh.clone()).collect()
}

fn sent(evaluation: &Evaluation) -> Vec<String> {
    visible_answers(evaluation.state(), &evaluation.inputs().answers).into_keys().collect()
}

#[test]
fn a_whole_without_a_flaw_leaves_nothing_out() {
    let whole = selling_tobacco(json!({}));
    assert!(whole.state().complete);
    assert!(stuck(&whole, "tobacco").is_empty());
    assert!(whole.without_stuck().is_none());
}

#[test]
fn an_optional_part_that_cannot_be_granted_is_left_out_with_the_reason_and_the_rest_is_sent() {
    let whole = selling_tobacco(json!({"school": 30}));
    assert!(whole.state().complete);
    assert_eq!(stuck(&whole, "tobacco"), ["离学校太近"]);
    assert_eq!(part(&whole, "tobacco").needed, Some(true), "it is still there to be mended");
    let rest = whole.without_stuck().expect("something is stuck");
    assert!(rest.state().complete);
    let tobacco = part(&rest, "tobacco");
    assert_eq!((tobacco.needed, tobacco.left_out, tobacco.stuck.len()), (Some(false), true, 0));
    assert!(!sent(&rest).contains(&"tobacco__apart".to_owned()), "its own answers are not sent");
    assert!(sent(&whole).contains(&"tobacco__apart".to_owned()));
    assert_eq!(rest.inputs().answers["left_out"], json!(["tobacco"]));
}

#[test]
fn an_optional_part_that_is_not_answered_is_left_out_with_what_is_missing() {
    let whole = selling_tobacco(json!({"tobacco__apart": null}));
    assert!(whole.state().complete);
    assert_eq!(stuck(&whole, "tobacco"), ["请回答“Apart from a home”"]);
}

#[test]
fn a_check_of_an_optional_part_on_a_field_that_others_use_does_not_stop_the_others() {
    let whole = selling_tobacco(json!({"shop__name": "kids"}));
    assert!(whole.state().fields["shop__name"].problems.is_empty(), "nobody is stopped at the question");
    assert!(whole.state().complete);
    assert_eq!(stuck(&whole, "tobacco"), ["not for kids"]);
    assert!(whole.without_stuck().expect("something is stuck").state().complete);
}

#[test]
fn an_optional_part_that_lacks_a_paper_is_left_out_with_its_name() {
    let answers = json!({
        "licence": true, "sells": ["tobacco"], "area": 10, "school": 60, "tobacco__apart": true, "shop_sign__text": "烟",
    });
    let whole = begun(&service(), answers, &[]);
    assert!(whole.state().complete);
    assert_eq!(stuck(&whole, "tobacco"), ["还没交“Licence”"]);
}

#[test]
fn what_a_must_lacks_stops_the_whole_and_nothing_is_called_stuck() {
    for lacking in [json!({"food__oil": null, "school": 30}), json!({"area": null, "school": 30})] {
        let whole = selling_tobacco(lacking.clone());
        assert!(!whole.state().complete, "{lacking}");
        assert!(stuck(&whole, "tobacco").is_empty(), "{lacking}");
    }
    let answers = filled(json!({"sells": ["food", "hot", "tobacco"], "school": 30}));
    assert!(!begun(&service(), answers, &["shop--id-card"]).state().complete, "papers of a must");
}

#[test]
fn an_optional_part_may_be_left_out_by_choice_and_taken_back() {
    let mut whole = selling_tobacco(json!({"school": 30, "left_out": ["tobacco"]}));
    assert!(whole.state().complete);
    let tobacco = part(&whole, "tobacco");
    assert_eq!((tobacco.needed, tobacco.left_out), (Some(false), true));
    assert!(tobacco.because.as_ref().expect("words").zh.contains("这次不办"));
    assert!(tobacco.blocked.is_empty());
    assert!(!whole.state().fields["tobacco__apart"].visible);
    whole.change(BTreeMap::from([("left_out".to_owned(), None)]));
    assert_eq!(part(&whole, "tobacco").needed, Some(true));
}

#[test]
fn what_was_left_out_and_is_not_called_for_any_more_is_only_not_needed() {
    let whole = selling_tobacco(json!({"sells": ["food", "hot"], "left_out": ["tobacco"]}));
    let tobacco = part(&whole, "tobacco");
    assert_eq!((tobacco.needed, tobacco.left_out), (Some(false), false));
    assert!(whole.state().complete);
}

/// Everything but the sign is optional, and the licence comes first.
fn all_but_the_sign() -> JointService {
    let mut service = service();
    for part in service.parts.iter_mut().filter(|part| part.item != "shop-sign") {
        part.optional = true;
    }
    service
}

#[test]
fn what_waits_for_a_stuck_part_is_left_out_with_it() {
    let answers = filled(json!({"shop__kind": null}));
    let mut answers = answers;
    answers.as_object_mut().expect("answers").retain(|_, value| !value.is_null());
    let whole = begun(&all_but_the_sign(), answers, &SLOTS);
    assert!(whole.state().complete);
    assert!(!stuck(&whole, "shop").is_empty());
    assert!(!stuck(&whole, "food").is_empty());
    let rest = whole.without_stuck().expect("something is stuck");
    let needed: Vec<&str> = rest
        .state()
        .plan
        .iter()
        .flat_map(|plan| &plan.parts)
        .filter(|part| part.needed == Some(true))
        .map(|part| part.item.as_str())
        .collect();
    assert_eq!(needed, ["shop-sign"]);
}

#[test]
fn what_waits_for_a_part_that_is_left_out_goes_with_it_and_says_so() {
    let whole = begun(&all_but_the_sign(), filled(json!({"left_out": ["shop"]})), &SLOTS);
    let food = part(&whole, "food");
    assert!(food.left_out && food.needed == Some(false));
    assert!(food.because.as_ref().expect("words").zh.starts_with("要先有"));
    assert!(whole.state().complete, "the sign is sent alone");
}

#[test]
fn where_every_part_is_optional_one_must_remain() {
    let mut service = all_but_the_sign();
    service.parts.iter_mut().for_each(|part| part.optional = true);
    let nothing = begun(&service, json!({"licence": true, "sells": ["tobacco"], "area": 1, "school": 60}), &[]);
    assert!(!nothing.state().complete);
    assert!(stuck(&nothing, "shop-sign").is_empty());
    let one = json!({"licence": true, "sells": ["tobacco"], "area": 1, "school": 60, "shop_sign__text": "字"});
    let one = begun(&service, one, &[]);
    assert!(one.state().complete);
    assert!(!stuck(&one, "tobacco").is_empty() && stuck(&one, "shop-sign").is_empty());
}
