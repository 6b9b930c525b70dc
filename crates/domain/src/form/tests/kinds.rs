//! Each kind of answer: what it takes, what it says when it does not.

use rstest::rstest;

use super::*;

#[rstest]
#[case("text, max_length: 3", json!("四个字啊"), "too_long")]
#[case("text", json!("a\u{0}b"), "unreadable_character")]
#[case("text", json!(5), "wrong_type")]
#[case("number, min: 1, max: 12", json!(13), "too_large")]
#[case("number, min: 1, max: 12", json!(0), "too_small")]
#[case("number, decimals: 2", json!("1.2.3"), "number_invalid")]
#[case("number", json!(1.5), "number_invalid")]
#[case("money", json!(-1), "too_small")]
#[case("money, max: 1000", json!(1001), "too_large")]
#[case("money", json!("abc"), "money_invalid")]
#[case("id_number", json!("410105199003071231"), "id_number_check_digit")]
#[case("id_number", json!("41010520300101003"), "id_number_format")]
#[case("credit_code", json!("91410105MA0TYN01X9"), "credit_code_check")]
#[case("phone", json!("12345"), "phone_format")]
#[case("bank_card", json!("6217000000000000005"), "bank_card_luhn")]
#[case("property_unit", json!("410105001003GB00012F0001002"), "property_unit_length")]
#[case("address", json!({"detail": "1号楼"}), "region_missing")]
#[case("address", json!({"region": "410105"}), "detail_missing")]
#[case("date", json!("2026-02-30"), "date_invalid")]
#[case("date", json!("2026-03-"), "date_invalid")]
#[case("date", json!("1026-03-01"), "date_too_early")]
#[case("date, allow: past", json!("2026-11-24"), "date_in_future")]
#[case("date, allow: future", json!("2026-11-22"), "date_in_past")]
#[case("date_range", json!({"from": "2026-05-01", "to": "2026-04-30"}), "range_order")]
#[case("date_range", json!({"from": "2026-05-01"}), "required")]
#[case("single_choice, options: [{value: a, label: A}]", json!("b"), "not_offered")]
#[case("multi_choice, options: [{value: a, label: A}]", json!(["a", "b"]), "not_offered")]
#[case("multi_choice, options: [{value: a, label: A}]", json!(["a", "a"]), "wrong_type")]
#[case("yes_no", json!("yes"), "wrong_type")]
#[case("declaration", json!(false), "required")]
fn what_is_wrong_is_named(#[case] kind: &str, #[case] value: Value, #[case] rule: &str) {
    let state = evaluator(&form(&format!("- {{id: a, kind: {kind}, label: 这一项}}")))
        .evaluate(&inputs(json!({"a": value}), json!({})));
    assert_eq!(rules_of(&state, "a"), [rule]);
    let problem = &state.fields["a"].problems[0];
    assert!(problem.message.zh.contains("这一项"), "the field is named: {}", problem.message.zh);
    assert!(!problem.message.en.is_empty());
    assert_eq!(problem.warning, rule == "bank_card_luhn");
    assert_eq!(state.complete, problem.warning);
}

#[rstest]
#[case("text", json!("郑州"))]
#[case("number, decimals: 2, max: 20000", json!(14_000))]
#[case("money", json!(0))]
#[case("id_number", json!("41010519900307123x"))]
#[case("credit_code", json!("91410105MA0TYN01X8"))]
#[case("phone", json!("138 0000 0001"))]
#[case("bank_card", json!("6217000000000000004"))]
#[case("property_unit", json!("410105001003GB00012F00010023"))]
#[case("address", json!({"region": "410105", "detail": "花园路1号"}))]
#[case("date, allow: past", json!("2026-11-23"))]
#[case("date_range", json!({"from": "2026-05-01", "to": "2026-05-01"}))]
#[case("multi_choice, options: [{value: a, label: A}, {value: b, label: B}]", json!(["b", "a"]))]
#[case("yes_no", json!(false))]
#[case("declaration", json!(true))]
fn good_answers_pass(#[case] kind: &str, #[case] value: Value) {
    let state = evaluator(&form(&format!("- {{id: a, kind: {kind}, label: A}}")))
        .evaluate(&inputs(json!({"a": value}), json!({})));
    assert_eq!(rules_of(&state, "a"), Vec::<String>::new());
    assert!(state.complete);
}

#[rstest]
#[case("text", "请填写")]
#[case("single_choice, options: []", "请选择")]
#[case("yes_no", "请回答")]
#[case("declaration", "勾选")]
#[case("people, max: 2, fields: []", "添加")]
fn an_open_answer_is_asked_for_in_its_own_way(#[case] kind: &str, #[case] how: &str) {
    let state = evaluator(&form(&format!("- {{id: a, kind: {kind}, label: A}}")))
        .evaluate(&inputs(json!({"a": " "}), json!({})));
    assert_eq!(rules_of(&state, "a"), ["required"]);
    assert!(state.fields["a"].problems[0].message.zh.contains(how));
}

#[test]
fn choices_among_facts_come_from_the_register() {
    let evaluator = evaluator(
        &("guide: {facts: [{key: gjj.bank_cards, purpose: pay}]}\n".to_owned()
            + &form("- {id: card, kind: fact_choice, from: gjj.bank_cards, allow_other: true, label: Card}")),
    );
    let facts = json!({"gjj.bank_cards": [{"value": "6217", "label": "建行 尾号 6217", "note": "工资卡"}]});
    let state = evaluator.evaluate(&inputs(json!({"card": "6217"}), facts.clone()));
    let offered = &state.fields["card"].offered;
    assert_eq!(offered.len(), 2);
    assert_eq!(offered[0].label.zh, "建行 尾号 6217");
    assert_eq!(offered[1].value, OTHER);
    assert!(state.complete);
    let wrong = evaluator.evaluate(&inputs(json!({"card": "9999"}), facts));
    assert_eq!(rules_of(&wrong, "card"), ["not_offered"]);
}

#[test]
fn entries_are_judged_one_by_one_with_their_path() {
    let evaluator = evaluator(&form(
        r#"
- {id: limit, kind: number, label: Limit, required: false}
- id: people
  kind: people
  max: 2
  label: People
  fields:
    - {id: name, kind: text, label: Name}
    - {id: child, kind: yes_no, label: Child}
    - {id: id_number, kind: id_number, label: ID, show: "entry.child == false"}
    - {id: share, kind: number, label: Share, required: "answers.limit > 0", checks: [{id: share, rule: "entry.share <= answers.limit", message: share}]}
"#,
    ));
    let people = json!([
        {"name": "甲", "child": true, "share": 9},
        {"child": false, "id_number": "410105199003071231"},
    ]);
    let mut evaluation = evaluator.begin(inputs(json!({"people": people}), json!({})));
    let found = |state: &FormState| {
        let problems = &state.fields["people"].problems;
        problems.iter().map(|p| (p.field.clone().unwrap(), p.rule.clone())).collect::<Vec<_>>()
    };
    let pair = |field: &str, rule: &str| (field.to_owned(), rule.to_owned());
    assert_eq!(
        found(evaluation.state()),
        [pair("people[1].name", "required"), pair("people[1].id_number", "id_number_check_digit")],
    );
    let state = evaluation.change(set("limit", json!(5)));
    assert_eq!(
        found(state),
        [
            pair("people[0].share", "share"),
            pair("people[1].name", "required"),
            pair("people[1].id_number", "id_number_check_digit"),
            pair("people[1].share", "required"),
        ],
    );
    let state = evaluation.change(set("people", json!([{}, {}, {}])));
    assert_eq!(rules_of(state, "people"), ["too_many"]);
}
