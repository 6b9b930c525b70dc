//! Promises of the evaluator.

mod calculation;
mod kinds;
mod load;
mod materials;
mod merge;
mod rows;
mod rules;
mod upgrade;

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Value, json};

use super::*;
use crate::{
    person::{Applicant, Fact, Facts},
    testing::{calendar, day, item},
    text::LocalText,
    time::Timestamp,
};

/// An evaluator for an item written in YAML.
fn evaluator(yaml: &str) -> Evaluator {
    Evaluator::new(Arc::new(item(yaml)), Arc::new(calendar())).expect("rules load")
}

/// Inputs on a fixed day with answers and facts.
fn inputs(answers: Value, facts: Value) -> Inputs {
    let answers = answers.as_object().expect("answers").clone().into_iter().collect();
    let fact = |value: Value| Fact {
        value,
        register: LocalText::new("登记处", "Registry"),
        read_at: Timestamp::from_millis(1_795_000_000_000),
    };
    let facts = facts.as_object().expect("facts").clone().into_iter().map(|(k, v)| (k, fact(v))).collect();
    Inputs { answers, facts: Facts(facts), ..Inputs::on(day("2026-11-23")) }
}

/// Rule ids of a field's problems.
fn rules_of(state: &FormState, field: &str) -> Vec<String> {
    state.fields[field].problems.iter().map(|problem| problem.rule.clone()).collect()
}

/// One change.
fn set(field: &str, value: Value) -> BTreeMap<FieldId, Option<Value>> {
    BTreeMap::from([(field.to_owned(), (!value.is_null()).then_some(value))])
}

/// A form of one page with the given fields.
fn form(fields: &str) -> String {
    let indented: String = fields.trim().lines().map(|line| format!("        {line}\n")).collect();
    format!(
        "form:\n  pages:\n    - id: one\n      title: One\n      plain: One\n      why: why\n      section: Section\n      fields:\n{indented}"
    )
}

fn applicant() -> Applicant {
    Applicant {
        party: crate::ids::PartyId::new(0, [1; 10]),
        kind: crate::item::AudienceKind::NaturalPerson,
        name: "罗晓明".to_owned(),
        id_number: "41010519900307123X".to_owned(),
        phone: "13800000001".to_owned(),
    }
}

const RENT: &str = r#"
guide:
  figures:
    - {id: cap_single, words: cap, value: "150000", effective_from: 2020-01-01, effective_to: 2025-12-31, source: s, confidence: placeholder}
    - {id: cap_single, words: cap, value: "180000", effective_from: 2026-01-01, source: s, confidence: placeholder}
    - {id: rate, words: rate, value: "1.5", effective_from: 2020-01-01, source: s, confidence: placeholder}
  facts:
    - {key: gjj.balance, purpose: ceiling}
    - {key: gjj.frozen, purpose: condition}
    - {key: lease.filed_rent, purpose: prefill}
    - {key: marriage.status, purpose: material}
  conditions:
    - {id: balance, words: has money, rule: "facts.gjj.balance > 0", when_met: "有 {gjj.balance|money} 元", when_not: none left}
    - {id: frozen, words: not frozen, rule: "facts.gjj.frozen != true"}
    - {id: papers, words: papers are right}
form:
  pages:
    - id: rent
      title: Rent
      plain: Rent
      why: why
      section: Rent
      fields:
        - {id: kind, kind: single_choice, label: Kind, options: [{value: public, label: Public}, {value: market, label: Market, show: "facts.gjj.balance > 0"}]}
        - {id: rent, kind: money, label: Rent, prefill: lease.filed_rent, show: "has(answers.kind)", required: "answers.kind == 'public'"}
        - {id: months, kind: number, label: Months, min: 1, max: 12, checks: [{id: even, rule: "answers.months % 2 == 0", message: months must be even, warning: true}]}
        - {id: total, kind: computed, label: Total, value: "answers.rent * answers.months", format: money}
    - id: spouse
      title: Spouse
      plain: Spouse
      why: why
      section: Spouse
      show: "answers.kind == 'market'"
      fields:
        - {id: spouse, kind: text, label: Spouse}
  headline:
    label: {zh: 最多, en: at most}
    format: money
    note: about
    least_of:
      - {id: balance, words: balance, value: "facts.gjj.balance"}
      - {id: cap, words: cap, value: "fig.cap_single * 3"}
      - {id: rent, words: rent, value: "answers.total", when: "answers.kind == 'public'"}
  checks:
    - {id: affordable, rule: "answers.total <= headline.value", message: too much}
"#;

#[test]
fn hidden_answers_are_kept_not_sent_and_read_as_null() {
    let evaluator = evaluator(RENT);
    let mut evaluation = evaluator
        .begin(inputs(json!({"kind": "market", "spouse": "王五", "months": 2}), json!({"gjj.balance": 9_000_000})));
    assert!(evaluation.state().fields["spouse"].visible);
    evaluation.change(set("kind", json!("public")));
    let spouse = &evaluation.state().fields["spouse"];
    assert!(!spouse.visible && spouse.value.is_none() && spouse.problems.is_empty());
    assert_eq!(evaluation.inputs().answers["spouse"], json!("王五"));
    let sent = visible_answers(evaluation.state(), &evaluation.inputs().answers);
    assert!(!sent.contains_key("spouse"));
    assert_eq!(evaluation.judge(&crate::rules::Expr("answers.spouse == null".into())), Some(true));
    evaluation.change(set("kind", json!("market")));
    assert_eq!(evaluation.state().fields["spouse"].value, Some(json!("王五")));
}

#[test]
fn facts_fill_in_with_their_origin_until_something_else_is_typed() {
    let evaluator = evaluator(RENT);
    let facts = json!({"gjj.balance": 9_000_000, "lease.filed_rent": 120_000});
    let mut evaluation = evaluator.begin(inputs(json!({"kind": "public", "months": 3}), facts));
    let rent = &evaluation.state().fields["rent"];
    assert_eq!(rent.value, Some(json!(120_000)));
    assert!(matches!(&rent.origin, Some(ValueOrigin::Register { register, .. }) if register.en == "Registry"));
    assert_eq!(evaluation.state().fields["total"].value, Some(json!(360_000)));
    assert_eq!(evaluation.state().fields["total"].origin, Some(ValueOrigin::Computed));
    assert_eq!(visible_answers(evaluation.state(), &evaluation.inputs().answers)["rent"], json!(120_000));
    evaluation.change(set("rent", json!(100_000)));
    assert_eq!(evaluation.state().fields["rent"].origin, None);
    assert_eq!(evaluation.state().fields["total"].value, Some(json!(300_000)));
    evaluation.change(set("rent", Value::Null));
    assert_eq!(evaluation.state().fields["total"].value, Some(json!(360_000)));
}

#[test]
fn the_least_limit_is_the_headline_and_is_named() {
    let evaluator = evaluator(RENT);
    let mut evaluation = evaluator.begin(inputs(json!({}), json!({"gjj.balance": 9_000_000})));
    let headline = evaluation.state().headline.clone().expect("facts and figures suffice");
    assert_eq!((headline.value, headline.limit.as_str()), (540_000, "cap"));
    assert_eq!(headline.limits.len(), 2);
    // The rent counts now but is not known: no promise is made.
    assert!(evaluation.change(set("kind", json!("public"))).headline.is_none());
    evaluation.change(set("months", json!(3)));
    let headline = evaluation.change(set("rent", json!(100_000))).headline.clone().expect("all known");
    assert_eq!((headline.value, headline.limit.as_str()), (300_000, "rent"));
    assert_eq!(headline.limits.len(), 3);
}

#[test]
fn an_unknown_balance_promises_nothing() {
    let state = evaluator(RENT).evaluate(&inputs(json!({}), json!({})));
    assert_eq!(state.headline, None);
}

#[test]
fn figures_are_those_in_force_on_the_day() {
    let evaluator = evaluator(RENT);
    let cap = |date: &str| {
        let inputs = Inputs { today: day(date), ..inputs(json!({}), json!({})) };
        evaluator.value(&crate::rules::Expr("fig.cap_single".into()), &inputs)
    };
    assert_eq!(cap("2025-12-31"), Some(json!(150_000)));
    assert_eq!(cap("2026-01-01"), Some(json!(180_000)));
    assert_eq!(cap("2019-12-31"), None);
}

#[test]
fn a_whole_evaluation_and_changes_one_by_one_agree() {
    let evaluator = evaluator(RENT);
    let facts = json!({"gjj.balance": 200_000, "lease.filed_rent": 120_000});
    let mut evaluation = evaluator.begin(inputs(json!({}), facts.clone()));
    let steps = [
        ("kind", json!("market")),
        ("spouse", json!("王五")),
        ("months", json!(5)),
        ("rent", json!("12.3.")),
        ("rent", json!(90_000)),
        ("kind", json!("public")),
        ("months", Value::Null),
        ("months", json!(2)),
        ("kind", Value::Null),
        ("kind", json!("public")),
    ];
    let mut answers = serde_json::Map::new();
    for (field, value) in steps {
        match value.is_null() {
            true => answers.remove(field),
            false => answers.insert(field.to_owned(), value.clone()),
        };
        let step = evaluation.change(set(field, value)).clone();
        assert_eq!(step, evaluator.evaluate(&inputs(Value::Object(answers.clone()), facts.clone())), "after {field}");
    }
}

#[test]
fn a_form_is_complete_only_when_nothing_is_in_the_way() {
    let evaluator = evaluator(RENT);
    let mut evaluation = evaluator.begin(inputs(json!({}), json!({"gjj.balance": 200_000})));
    assert!(!evaluation.state().complete);
    assert_eq!(evaluation.state().pages, vec![PageState { id: "rent".into(), complete: false }]);
    evaluation.change(set("kind", json!("public")));
    evaluation.change(set("months", json!(1)));
    assert_eq!(rules_of(evaluation.state(), "rent"), ["required"]);
    evaluation.change(set("rent", json!(190_000)));
    // Odd months only warn.
    assert_eq!(rules_of(evaluation.state(), "months"), ["even"]);
    assert!(evaluation.state().complete);
    assert!(evaluation.state().pages[0].complete);
    evaluation.change(set("kind", json!("market")));
    assert_eq!(evaluation.state().pages.len(), 2);
    assert!(!evaluation.state().complete, "the spouse is asked now");
}

#[test]
fn conditions_are_judged_on_facts_or_left_open() {
    let evaluator = evaluator(RENT);
    let judged = |facts| {
        let known = Inputs { applicant: Some(applicant()), ..inputs(json!({}), facts) };
        let all = evaluator.conditions(&known);
        all.into_iter().map(|condition| (condition.met, condition.note.map(|note| note.zh))).collect::<Vec<_>>()
    };
    assert_eq!(judged(json!({})), vec![(None, None), (None, None), (None, None)]);
    assert_eq!(
        judged(json!({"gjj.balance": 123_456, "gjj.frozen": false})),
        vec![(Some(true), Some("有 1,234.56 元".to_owned())), (Some(true), None), (None, None)],
    );
    assert_eq!(
        judged(json!({"gjj.balance": 0, "gjj.frozen": true})),
        vec![(Some(false), Some("none left".to_owned())), (Some(false), None), (None, None)],
    );
}

#[test]
fn what_cannot_be_told_says_why() {
    let why = |evaluator: &Evaluator, known: Inputs| {
        evaluator.conditions(&known).into_iter().map(|condition| condition.open).collect::<Vec<_>>()
    };
    let rent = evaluator(RENT);
    let facts = |facts| Inputs { applicant: Some(applicant()), ..inputs(json!({}), facts) };
    let missing = |key: &str| Some(WhyOpen::Facts(vec![key.to_owned()]));
    assert_eq!(
        why(&rent, inputs(json!({}), json!({}))),
        vec![Some(WhyOpen::SignedOut), Some(WhyOpen::SignedOut), Some(WhyOpen::Person)],
    );
    assert_eq!(
        why(&rent, facts(json!({"gjj.frozen": false}))),
        vec![missing("gjj.balance"), None, Some(WhyOpen::Person)],
    );
    let own = RENT
        .replace("{id: papers, words: papers are right}", "{id: papers, words: papers are right, when_open: ask us}");
    let said = evaluator(&own).conditions(&facts(json!({})));
    assert_eq!(said[2].note.as_ref().map(|note| note.en.as_str()), Some("ask us"), "the author's own words come first");
    let asked = RENT.replace("facts.gjj.frozen != true", "answers.rent > 0 && size(answers.kind) > 3");
    assert_eq!(why(&evaluator(&asked), facts(json!({"gjj.balance": 1})))[1], Some(WhyOpen::Answers));
}

#[test]
fn rules_read_the_applicant() {
    let evaluator = evaluator(RENT);
    let inputs = Inputs { applicant: Some(applicant()), ..inputs(json!({}), json!({})) };
    let value = |rule: &str| evaluator.value(&crate::rules::Expr(rule.into()), &inputs);
    assert_eq!(value("applicant.name"), Some(json!("罗晓明")));
    assert_eq!(value("applicant.kind"), Some(json!("natural_person")));
    assert_eq!(value("today"), Some(json!("2026-11-23")));
}
