//! Visibility, requirement, checks, functions.

use super::*;
use crate::rules::Expr;

#[test]
fn a_rule_that_cannot_be_told_hides_and_skips() {
    let evaluator = evaluator(&form(
        r#"
- {id: a, kind: number, label: A, required: false}
- {id: b, kind: text, label: B, show: "answers.a > 3"}
- {id: c, kind: number, label: C, required: "answers.a > 3", checks: [{id: order, rule: "answers.c > answers.a", message: c is greater}]}
"#,
    ));
    let state = evaluator.evaluate(&inputs(json!({"c": 1}), json!({})));
    assert!(!state.fields["b"].visible, "null is not greater than three");
    assert!(!state.fields["c"].required);
    assert_eq!(rules_of(&state, "c"), Vec::<String>::new(), "not checked while a is open");
    let state = evaluator.evaluate(&inputs(json!({"a": 5, "c": 1}), json!({})));
    assert!(state.fields["b"].visible && state.fields["c"].required);
    assert_eq!(rules_of(&state, "c"), ["order"]);
    assert_eq!(state.fields["c"].problems[0].message.zh, "c is greater");
}

#[test]
fn a_check_that_asks_for_answers_itself_is_always_made() {
    let evaluator = evaluator(
        &(form("- {id: a, kind: phone, label: A, required: false}\n- {id: b, kind: text, label: B, required: false}")
            + "  checks:\n    - {id: one_of, rule: \"has(answers.a) || answers.b != null\", message: one of them}\n"),
    );
    let state = evaluator.evaluate(&inputs(json!({}), json!({})));
    assert_eq!(state.problems[0].rule, "one_of");
    assert!(!state.complete);
    assert!(evaluator.evaluate(&inputs(json!({"b": "x"}), json!({}))).problems.is_empty());
}

#[test]
fn an_answer_its_kind_refuses_reads_as_null() {
    let evaluator = evaluator(&form(
        r#"
- {id: rent, kind: money, label: Rent}
- {id: twice, kind: computed, label: Twice, value: "answers.rent * 2"}
"#,
    ));
    let state = evaluator.evaluate(&inputs(json!({"rent": "12.3.4"}), json!({})));
    assert_eq!(rules_of(&state, "rent"), ["money_invalid"]);
    assert_eq!(state.fields["rent"].value, Some(json!("12.3.4")), "kept as typed");
    assert_eq!(state.fields["twice"].value, None);
}

#[test]
fn chains_of_fields_follow_a_change_in_one_go() {
    let evaluator = evaluator(&form(
        r#"
- {id: c, kind: yes_no, label: C, show: "answers.b == true"}
- {id: b, kind: yes_no, label: B, show: "answers.a == true"}
- {id: a, kind: yes_no, label: A}
- {id: d, kind: computed, label: D, value: "answers.c == true ? 1 : 0"}
"#,
    ));
    let mut evaluation = evaluator.begin(inputs(json!({"a": true, "b": true, "c": true}), json!({})));
    assert_eq!(evaluation.state().fields["d"].value, Some(json!(1)));
    let state = evaluation.change(set("a", json!(false)));
    assert!(!state.fields["b"].visible && !state.fields["c"].visible);
    assert_eq!(state.fields["d"].value, Some(json!(0)));
}

#[test]
fn options_come_and_go_with_their_rules() {
    let evaluator = evaluator(RENT);
    let offered =
        |state: &FormState| state.fields["kind"].offered.iter().map(|option| option.value.clone()).collect::<Vec<_>>();
    let without = evaluator.evaluate(&inputs(json!({"kind": "market"}), json!({"gjj.balance": 0})));
    assert_eq!(offered(&without), ["public"]);
    assert_eq!(rules_of(&without, "kind"), ["not_offered"]);
    let with = evaluator.evaluate(&inputs(json!({"kind": "market"}), json!({"gjj.balance": 5})));
    assert_eq!(offered(&with), ["public", "market"]);
    assert!(rules_of(&with, "kind").is_empty());
}

#[test]
fn a_seat_is_at_a_place_that_is_offered() {
    let evaluator = evaluator(&form(
        r#"
- {id: ill, kind: yes_no, label: Ill}
- {id: visit, kind: appointment, schedule: hall, label: Visit, places: [{value: ward, label: Ward, show: "answers.ill == true"}, {value: desk, label: Desk}]}
- {id: on, kind: computed, label: "On", value: "day_of(answers.visit.start)"}
- {id: any, kind: appointment, schedule: hall, label: Any}
"#,
    ));
    let state = |ill: bool, place: &str| {
        let seat = json!({"place": place, "start": "2026-12-01T09:30"});
        evaluator.evaluate(&inputs(json!({"ill": ill, "visit": seat, "any": seat}), json!({})))
    };
    assert!(rules_of(&state(true, "ward"), "visit").is_empty());
    assert_eq!(state(true, "ward").fields["on"].value, Some(json!("2026-12-01")));
    assert_eq!(rules_of(&state(false, "ward"), "visit"), ["not_offered"]);
    assert!(rules_of(&state(false, "desk"), "visit").is_empty());
    assert!(rules_of(&state(false, "elsewhere"), "any").is_empty(), "without places the timetable alone says where");
}

#[test]
fn functions_count_as_the_law_does() {
    let evaluator = evaluator(RENT);
    let inputs = inputs(json!({}), json!({}));
    let value = |rule: &str| evaluator.value(&Expr(rule.into()), &inputs);
    assert_eq!(value("percent(100050, fig.rate)"), Some(json!(1501)));
    assert_eq!(value("percent(100, '3')"), Some(json!(3)));
    assert_eq!(value("fen('12.30') + 1"), Some(json!(1231)));
    assert_eq!(value("dec('140.00', 2)"), Some(json!(14_000)));
    assert_eq!(value("dec('140.005', 2)"), None);
    assert_eq!(value("age_on('2018-09-01', '2026-08-31')"), Some(json!(7)));
    assert_eq!(value("age_on('2018-09-01', '2026-09-01')"), Some(json!(8)));
    assert_eq!(value("age_on('2000-02-29', '2026-02-28')"), Some(json!(26)));
    assert_eq!(value("days_between('2026-11-01', today)"), Some(json!(22)));
    assert_eq!(value("months_between('2026-01-31', '2026-02-28')"), Some(json!(1)));
    assert_eq!(value("months_between('2026-11-23', '2026-10-24')"), Some(json!(0)));
    assert_eq!(value("months_after('2026-01-31', 1)"), Some(json!("2026-02-28")));
    assert_eq!(value("days_after('2028-02-28', 2)"), Some(json!("2028-03-01")));
    assert_eq!(value("days_after('2026-01-01', 99999999)"), None);
    assert_eq!(value("workdays_after('2026-02-13', 5)"), Some(json!("2026-02-27")));
    assert_eq!(value("least(3, 2) + greatest(3, 2)"), Some(json!(5)));
    assert_eq!(value("size(['a', 'b'])"), Some(json!(2)));
    assert_eq!(value("[1, 2, 3].exists(x, x > 2)"), Some(json!(true)));
    assert_eq!(value("1 / 0"), None);
    assert_eq!(value("9223372036854775807 + 1"), None);
    assert_eq!(value("workdays_after('2026-02-13', -1)"), None);
    assert_eq!(value("day_of('2026-02-13T09:30')"), Some(json!("2026-02-13")));
    assert_eq!(value("time_of('2026-02-13T09:30')"), Some(json!("09:30")));
    assert_eq!(value("day_of('2026-02-13')"), None, "a day is no start");
}

#[test]
fn an_unknown_fact_decides_nothing_by_itself() {
    let evaluator = evaluator(RENT);
    let none = inputs(json!({}), json!({}));
    let judge = |rule: &str| evaluator.judge(&Expr(rule.into()), &none);
    assert_eq!(judge("facts.gjj.frozen != true"), None);
    assert_eq!(judge("!facts.gjj.frozen"), None);
    assert_eq!(judge("facts.gjj.frozen == null"), Some(true), "asked for by name");
    assert_eq!(judge("!has(facts.gjj.frozen)"), Some(true));
    assert_eq!(judge("facts.gjj.frozen != true || true"), Some(true), "the other half settles it");
}
