//! 先算一算: a few answers give the figures; what registers have not said is asked.

use super::*;

const LOAN: &str = r#"
guide:
  facts:
    - {key: gjj.balance, purpose: ceiling}
    - {key: gjj.spouse_balance, purpose: ceiling}
    - {key: realestate.contracts, purpose: contract}
form:
  pages:
    - id: one
      title: One
      plain: One
      why: why
      section: Section
      fields:
        - {id: name, kind: text, label: Name}
        - {id: contract, kind: fact_choice, label: Contract, from: realestate.contracts, allow_other: true}
        - {id: who, kind: single_choice, label: Who, options: [{value: self, label: Self}, {value: couple, label: Couple}]}
        - {id: rent, kind: money, label: Rent, show: "answers.contract == 'other'", max: 10000000}
        - {id: year, kind: computed, label: Year, value: "answers.rent * 12", format: money}
  headline:
    label: Most
    format: money
    note: about
    least_of:
      - {id: rent, words: rent, value: "answers.year", when: "answers.contract == 'other'"}
      - {id: balance, words: balance, value: "facts.gjj.balance + (answers.who == 'couple' ? facts.gjj.spouse_balance : 0)"}
  calculator:
    fields: [contract, who, rent]
    shows: [year]
    unknown_facts:
      - {fact: gjj.balance, ask: {id: balance, kind: money, label: Balance}}
      - {fact: gjj.spouse_balance, ask: {id: spouse_balance, kind: money, label: Of the spouse, show: "answers.who == 'couple'"}}
    note: about
"#;

fn ids(fields: &[Field]) -> Vec<&str> {
    fields.iter().map(|field| field.id.as_str()).collect()
}

fn calculate(answers: Value, facts: Value) -> Calculation {
    evaluator(LOAN).calculate(inputs(answers, facts)).expect("a calculator")
}

#[test]
fn a_stranger_is_asked_what_registers_would_say() {
    let empty = calculate(json!({}), json!({}));
    assert_eq!(ids(&empty.asked), ["who", "rent", "balance"], "a choice with one way is made, not asked");
    assert!(empty.state.headline.is_none() && !empty.state.complete);
    let told = json!({"who": "self", "rent": 180_000, "balance": 1_500_000});
    let full = calculate(told, json!({}));
    let headline = full.state.headline.as_ref().expect("a figure");
    assert_eq!((headline.value, headline.limit.as_str()), (1_500_000, "balance"), "the limiting one is named");
    assert_eq!(ids(&full.figures), ["year"]);
    assert_eq!(full.state.fields["year"].value, Some(json!(2_160_000)));
    assert!(full.state.complete);
}

#[test]
fn what_a_register_said_is_used_and_not_asked() {
    let contracts = json!([{"value": "c1", "label": "one"}]);
    let known = calculate(
        json!({"contract": "c1", "who": "self", "balance": 1}),
        json!({"gjj.balance": 900_000, "realestate.contracts": contracts}),
    );
    assert_eq!(ids(&known.asked), ["contract", "who"], "neither the fact nor what the contract says");
    assert_eq!(known.state.headline.as_ref().map(|headline| headline.value), Some(900_000));
}

#[test]
fn a_question_for_a_fact_follows_the_answers() {
    let both = json!({"who": "couple", "rent": 9_000_000, "balance": 1_000_000, "spouse_balance": 500_000});
    let full = calculate(both, json!({}));
    assert_eq!(ids(&full.asked), ["who", "rent", "balance", "spouse_balance"]);
    assert_eq!(full.state.headline.as_ref().map(|headline| headline.value), Some(1_500_000));
}

#[test]
fn what_is_wrong_stands_for_nothing_and_is_named() {
    let wrong = calculate(json!({"who": "self", "rent": 1, "balance": "12.3.4"}), json!({}));
    assert_eq!(rules_of(&wrong.state, "balance"), ["money_invalid"]);
    assert!(wrong.state.headline.is_none());
    let wrong = calculate(json!({"who": "self", "rent": 10_000_001, "balance": 5}), json!({}));
    assert_eq!(rules_of(&wrong.state, "rent"), ["too_large"]);
}

#[test]
fn answers_to_other_questions_are_not_read() {
    let stray = calculate(json!({"name": "Luo", "year": 5, "who": "self"}), json!({}));
    assert!(!stray.state.fields.contains_key("name"));
    assert_eq!(stray.figures, []);
    assert!(evaluator(RENT).calculate(inputs(json!({}), json!({}))).is_none(), "no calculator, no figures");
}
