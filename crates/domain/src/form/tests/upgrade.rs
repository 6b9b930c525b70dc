//! Answers under another version of the form.

use super::*;

fn definition(fields: &str, renamed: &str) -> Form {
    let yaml = form(fields) + renamed;
    item(&yaml).form
}

fn labels(texts: &[LocalText]) -> Vec<&str> {
    texts.iter().map(|text| text.zh.as_str()).collect()
}

#[test]
fn answers_follow_renames_and_what_changed_is_named() {
    let old = definition(
        r#"
- {id: called, kind: text, label: Name}
- {id: rent, kind: money, label: Rent}
- {id: way, kind: single_choice, label: Way, options: [{value: a, label: A}, {value: b, label: B}]}
- {id: gone, kind: text, label: Gone}
- {id: area, kind: number, decimals: 0, label: Area}
- {id: sure, kind: declaration, label: Sure}
"#,
        "",
    );
    let new = definition(
        r#"
- {id: full_name, kind: text, label: Full name}
- {id: rent, kind: money, label: Rent}
- {id: way, kind: single_choice, label: Way, options: [{value: a, label: A}, {value: c, label: C}]}
- {id: area, kind: number, decimals: 2, label: Area}
- {id: fresh, kind: text, label: Fresh}
- {id: sure, kind: declaration, label: Sure, checks: [{id: c, rule: "answers.sure", message: m}]}
- {id: shown, kind: text_block, label: Shown}
"#,
        "  renamed_fields: {called: full_name}\n",
    );
    let answers: Answers =
        serde_json::from_value(json!({"called": "甲", "rent": 5, "way": "b", "gone": "x", "area": 90, "sure": true}))
            .unwrap();
    let upgraded = upgrade(&old, &new, answers);
    assert_eq!(serde_json::to_value(&upgraded.answers).unwrap(), json!({"full_name": "甲", "rent": 5, "area": 9000}));
    assert_eq!(labels(&upgraded.added), ["Fresh"]);
    assert_eq!(labels(&upgraded.removed), ["Gone"]);
    assert_eq!(labels(&upgraded.review), ["Way", "Area", "Sure"]);
}

#[test]
fn an_unchanged_form_changes_nothing() {
    let old = definition("- {id: a, kind: text, label: A}\n- {id: b, kind: yes_no, label: B}", "");
    let answers: Answers = serde_json::from_value(json!({"a": "x", "b": false})).unwrap();
    let upgraded = upgrade(&old, &old, answers.clone());
    assert_eq!(upgraded, Upgraded { answers, added: vec![], removed: vec![], review: vec![] });
}

#[test]
fn an_answer_is_kept_for_review_when_only_a_rule_changed() {
    let old = definition("- {id: a, kind: number, label: A, max: 5}", "");
    let new = definition("- {id: a, kind: number, label: A, max: 3}", "");
    let upgraded = upgrade(&old, &new, serde_json::from_value(json!({"a": 4})).unwrap());
    assert_eq!(upgraded.answers["a"], json!(4));
    assert_eq!(labels(&upgraded.review), ["A"]);
}
