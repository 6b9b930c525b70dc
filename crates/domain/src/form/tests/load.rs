//! What is refused when an item is loaded, and with which words.

use super::*;

fn refused(yaml: &str) -> RuleError {
    Evaluator::new(Arc::new(item(yaml)), Arc::new(calendar())).expect_err("must not load")
}

fn refused_show(rule: &str) -> RuleError {
    refused(&form(&format!("- {{id: a, kind: text, label: A}}\n- {{id: b, kind: text, label: B, show: {rule:?}}}")))
}

#[test]
fn names_that_do_not_exist_are_found_at_load() {
    let error = refused_show("answers.nothing == 1");
    assert_eq!(error.place, "form.pages[one].fields[b].show");
    assert!(error.reason.contains("no field `nothing`"), "{error}");
    assert!(refused_show("fig.none > 1").reason.contains("no figure `none`"));
    assert!(refused_show("facts.gjj.balance > 1").reason.contains("purpose"));
    assert!(refused_show("headline.value > 1").reason.contains("no headline"));
    assert!(refused_show("applicant.salary > 1").reason.contains("salary"));
    assert!(refused_show("nobody > 1").reason.contains("`nobody` is not known"));
    assert!(refused_show("size(answers) > 1").reason.contains("stands alone"));
    assert!(refused_show("facts.gjj > 1").reason.contains("names a register only"));
}

#[test]
fn expressions_are_bounded() {
    assert!(refused_show("answers.a.matches('^(a+)+$')").reason.contains("regular expressions"));
    let loops = "[1].all(a, [1].all(b, [1].all(c, c > 0)))";
    assert!(refused_show(loops).reason.contains("loops"));
    assert!(refused_show("exec('rm')").reason.contains("`exec` is not known"));
    assert!(refused_show("percent(1)").reason.contains("2 arguments"));
    assert!(refused_show("answers.a ==").reason.contains("cannot be read"));
    assert!(refused_show(" ").reason.contains("empty"));
}

/// Whether a rule of an item loads.
fn loads(rule: &str) -> Result<(), String> {
    let yaml = form(&format!("- {{id: a, kind: text, label: A}}\n- {{id: b, kind: text, label: B, show: {rule:?}}}"));
    Evaluator::new(Arc::new(item(&yaml)), Arc::new(calendar())).map(drop).map_err(|error| error.reason)
}

#[test]
fn limits_hold_at_the_last_character_the_last_bracket_and_the_last_loop() {
    use crate::rules::limits::{DEPTH, LENGTH, LOOPS};
    // Characters, not bytes: a rule that compares with Chinese words may be as long as any other.
    let long = |length: usize| {
        let frame = "answers.a == ''".len();
        format!("answers.a == '{}'", "字".repeat(length - frame))
    };
    assert_eq!(loads(&long(LENGTH)), Ok(()));
    assert!(loads(&long(LENGTH + 1)).unwrap_err().contains("longer than 2000 characters"));
    let deep = |depth: usize| format!("{}true{}", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(loads(&deep(DEPTH)), Ok(()));
    assert!(loads(&deep(DEPTH + 1)).unwrap_err().contains("nested deeper than 32"));
    let loops = |count: usize| (0..count).fold("true".to_owned(), |inner, at| format!("[1].all(x{at}, {inner})"));
    assert_eq!(loads(&loops(LOOPS)), Ok(()));
    assert!(loads(&loops(LOOPS + 1)).unwrap_err().contains("more than 2 loops"));
}

#[test]
fn a_circle_is_found_at_load() {
    let error = refused(&form(
        "- {id: a, kind: text, label: A, show: \"answers.b == 'x'\"}\n- {id: b, kind: text, label: B, show: \"answers.a == 'x'\"}",
    ));
    assert!(error.reason.contains("circle"), "{error}");
    let own = refused(&form("- {id: a, kind: text, label: A, show: \"answers.a == 'x'\"}"));
    assert_eq!(own.place, "form.fields[a]");
}

#[test]
fn two_fields_of_one_id_are_refused() {
    let error = refused(&form("- {id: a, kind: text, label: A}\n- {id: a, kind: text, label: A}"));
    assert!(error.reason.contains("two fields"));
}

#[test]
fn facts_without_purpose_are_refused_wherever_they_stand() {
    assert!(refused(&form("- {id: a, kind: text, label: A, prefill: gjj.account}")).place.ends_with("prefill"));
    assert!(refused(&form("- {id: a, kind: fact, label: A, key: gjj.account}")).place.ends_with("key"));
    let workflow = "workflow:\n  steps:\n    - {id: decide, title: D, department: d, role: decide, days: 1, checks: [{id: c, words: w, basis: b, rule: \"facts.x.y == 1\"}]}";
    assert_eq!(refused(workflow).place, "workflow.steps[decide].checks[c]");
}
