//! 免交, 您来交, 可后补.

use super::*;
use crate::{
    ids::{FileId, LicenceId},
    licence::{Licence, LicenceStatus},
    material::{MaterialChoice, MaterialStanding as Standing},
};

const ITEM: &str = r#"
guide:
  facts: [{key: marriage.status, purpose: material}]
form:
  pages:
    - {id: one, title: t, plain: t, why: w, section: s, fields: [{id: married, kind: yes_no, label: M}]}
materials:
  - {id: identity, name: ID, glyph: 身, accept: a, source: s, replaced_by: [{kind: licence, licence_type: resident-id}]}
  - id: marriage
    name: Marriage
    glyph: 婚
    accept: a
    source: s
    when: "answers.married == true"
    defer_days: 5
    replaced_by:
      - {kind: register, rule: "facts.marriage.status != 'single'", words: registry}
      - {kind: licence, licence_type: marriage, when: "answers.married == true"}
"#;

fn licence(number: u8, licence_type: &str, valid_to: Option<&str>, status: LicenceStatus) -> Licence {
    Licence {
        id: LicenceId::new(0, [number; 10]),
        licence_type: licence_type.to_owned(),
        identifier: String::new(),
        number: String::new(),
        name: LocalText::default(),
        glyph: String::new(),
        holder: String::new(),
        issuer: LocalText::default(),
        issued_on: day("2020-01-01"),
        valid_to: valid_to.map(day),
        status,
        lines: Vec::new(),
        case_number: None,
    }
}

fn standings(evaluation: &Evaluation) -> Vec<Standing> {
    evaluation.state().materials.iter().map(|material| material.standing).collect()
}

#[test]
fn what_is_asked_depends_on_answers_and_what_is_known() {
    let evaluator = evaluator(ITEM);
    let mut evaluation = evaluator.begin(inputs(json!({"married": false}), json!({})));
    assert_eq!(standings(&evaluation), [Standing::Needed, Standing::NotAsked]);
    evaluation.change(set("married", json!(true)));
    assert_eq!(standings(&evaluation), [Standing::Needed, Standing::Needed], "an unknown register waives nothing");
    assert!(!evaluation.state().complete);
    let evaluation = evaluator.begin(inputs(json!({"married": true}), json!({"marriage.status": "married"})));
    assert_eq!(standings(&evaluation), [Standing::Needed, Standing::WaivedByRegister]);
}

#[test]
fn a_valid_licence_is_used_by_default_and_the_one_that_lasts_longest_comes_first() {
    let evaluator = evaluator(ITEM);
    let mut given = inputs(json!({"married": true}), json!({}));
    given.licences = vec![
        licence(1, "resident-id", Some("2026-11-22"), LicenceStatus::Valid),
        licence(2, "resident-id", Some("2030-01-01"), LicenceStatus::Valid),
        licence(3, "resident-id", None, LicenceStatus::Valid),
        licence(4, "resident-id", None, LicenceStatus::Revoked),
        licence(5, "marriage", Some("2026-11-23"), LicenceStatus::Valid),
    ];
    let evaluation = evaluator.begin(given);
    assert_eq!(standings(&evaluation), [Standing::WaivedByLicence, Standing::WaivedByLicence]);
    let usable = &evaluation.state().materials[0].usable_licences;
    assert_eq!(*usable, [LicenceId::new(0, [3; 10]), LicenceId::new(0, [2; 10])], "expired and revoked ones are out");
    assert!(evaluation.state().complete);
    let held = |rule: &str| evaluation.judge(&crate::rules::Expr(rule.into()));
    assert_eq!(held("holds_licence('resident-id')"), Some(true));
    assert_eq!(held("holds_licence('driving')"), Some(false));
}

#[test]
fn choices_settle_a_slot_where_they_are_allowed() {
    let evaluator = evaluator(ITEM);
    let mut evaluation = evaluator.begin(inputs(json!({"married": true}), json!({})));
    let choose = |pairs: &[(&str, MaterialChoice)]| -> BTreeMap<String, MaterialChoice> {
        pairs.iter().map(|(slot, choice)| ((*slot).to_owned(), choice.clone())).collect()
    };
    evaluation.set_choices(choose(&[("identity", MaterialChoice::Deferred), ("marriage", MaterialChoice::Deferred)]));
    assert_eq!(standings(&evaluation), [Standing::Needed, Standing::Deferred], "identity may not follow later");
    let marriage = &evaluation.state().materials[1];
    assert!(marriage.may_defer);
    assert_eq!(marriage.defer_until, Some(day("2026-11-30")));
    let upload = MaterialChoice::Upload { files: vec![FileId::new(0, [7; 10])] };
    evaluation.set_choices(choose(&[
        ("identity", upload),
        ("marriage", MaterialChoice::Licence { licence: LicenceId::new(0, [9; 10]) }),
    ]));
    assert_eq!(standings(&evaluation), [Standing::Uploaded, Standing::Needed], "a licence not held settles nothing");
    evaluation.set_choices(choose(&[("identity", MaterialChoice::Upload { files: vec![] })]));
    assert_eq!(standings(&evaluation)[0], Standing::Needed);
}
