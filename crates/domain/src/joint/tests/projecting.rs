//! Each part gets a form of its own out of the whole.

use proptest::prelude::*;

use super::*;
use crate::{
    form::{Projected, visible_answers},
    ids::LicenceId,
    licence::{Licence, LicenceStatus},
    text::LocalText,
};

fn licence(kind: &str) -> Licence {
    Licence {
        id: LicenceId::new(0, [9; 10]),
        licence_type: kind.to_owned(),
        identifier: "x".to_owned(),
        number: "1".to_owned(),
        name: LocalText::default(),
        glyph: "照".to_owned(),
        holder: "x".to_owned(),
        issuer: LocalText::default(),
        issued_on: day("2026-11-23"),
        valid_to: None,
        status: LicenceStatus::Valid,
        lines: Vec::new(),
        case_number: None,
    }
}

/// The parts that are needed, each with what is its own.
fn parts(answers: Value, slots: &[&str]) -> (bool, Vec<(String, Projected)>) {
    let evaluator = evaluator(composed());
    let whole = evaluator.begin(Inputs { choices: choices(slots), ..inputs(answers) });
    // What is sent is without the parts that are stuck.
    let evaluation = whole.without_stuck().unwrap_or(whole);
    let joint = evaluator.item().joint.as_deref().expect("joint");
    let needed = joint.parts.iter().filter(|part| evaluation.part_needed(part) == Some(true));
    (evaluation.state().complete, needed.map(|part| (part.item.clone(), evaluation.project(part))).collect())
}

/// Whether a part's own evaluator finds everything it needs, once earlier parts issued their licences.
fn complete(code: &str, part: &Projected) -> bool {
    let own = evaluator(items().into_iter().find(|item| item.code == code).expect("the item"));
    let licences = vec![licence("business-licence")];
    let given = |answers| Inputs {
        answers,
        choices: part.choices.clone(),
        licences: licences.clone(),
        ..Inputs::on(day("2026-11-23"))
    };
    let state = own.evaluate(&given(part.answers.clone()));
    own.evaluate(&given(visible_answers(&state, &part.answers))).complete
}

#[test]
fn a_part_has_its_answers_under_its_own_names() {
    let (_, parts) = parts(filled(json!({})), &["shop--id-card", "shop--lease", "food--plan"]);
    let food = &parts.iter().find(|(code, _)| code == "food").expect("food").1;
    let expected = json!({"name": "火锅店", "kind": "one", "hot": true, "area": 80, "oil": true});
    assert_eq!(serde_json::to_value(&food.answers).expect("json"), expected);
    assert_eq!(food.choices.keys().collect::<Vec<_>>(), ["id-card", "plan"]);
}

proptest! {
    /// A whole that may be sent gives every part that is sent a complete form of its own.
    #[test]
    fn a_complete_whole_is_complete_in_every_part(
        licence: bool,
        sells in proptest::sample::subsequence(vec!["food", "hot", "tobacco"], 0..=3),
        area in 1i64..120,
        school in 1i64..100,
        name in proptest::sample::select(vec!["店", "kids", "a name that is long"]),
        kind in proptest::sample::select(vec!["one", "company", "other"]),
        oil: bool,
        apart in proptest::option::of(any::<bool>()),
        capital in proptest::option::of(1i64..1_000),
    ) {
        let mut answers = json!({
            "licence": licence, "area": area, "school": school, "shop__name": name, "shop__kind": kind,
            "food__oil": oil, "shop_sign__text": "字",
        });
        if !sells.is_empty() {
            answers["sells"] = json!(sells);
        }
        if let Some(apart) = apart {
            answers["tobacco__apart"] = json!(apart);
        }
        if let Some(capital) = capital {
            answers["shop__capital"] = json!(capital);
        }
        let slots = ["shop--id-card", "shop--lease", "food--plan", "food--business-licence"];
        let (whole, parts) = parts(answers, &slots);
        if whole {
            prop_assert!(!parts.is_empty());
            for (code, part) in &parts {
                prop_assert!(complete(code, part), "{code}: {part:?}");
            }
        }
    }
}
