//! Which steps a case takes, and who has them.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::json;

use super::{
    tests::{OFFICER, Told},
    *,
};
use crate::{
    form::{Evaluator, Inputs},
    item::ServiceItem,
    testing::{calendar, day, item},
};

const WITH_CONDITIONS: &str = r#"
version: 1
guide:
  department: office
form:
  pages:
    - id: p
      title: P
      plain: P
      why: {zh: w, en: w}
      section: S
      fields:
        - {id: small, kind: yes_no, label: Small}
        - {id: area, kind: number, label: Area, required: false}
        - {id: district, kind: text, label: District, required: false}
workflow:
  steps:
    - {id: first, title: {zh: 一, en: one}, department: office, role: review, days: 1, when: "answers.small == false"}
    - {id: visit, title: {zh: 二, en: two}, department: office, role: review, days: 5, when: "answers.small == false",
       route: [{when: "answers.district == 'north'", department: north}, {when: "answers.district == 'south'", department: south}]}
    - {id: measure, title: {zh: 四, en: four}, department: office, role: review, days: 0, when: "answers.area > 100"}
    - {id: decide, title: {zh: 三, en: three}, department: office, role: decide, days: 2}
"#;

fn way(answers: serde_json::Value) -> (Way, ServiceItem) {
    let item = item(WITH_CONDITIONS);
    let rules = Evaluator::new(Arc::new(item.clone()), Arc::new(calendar())).unwrap();
    let answers = answers.as_object().unwrap().clone().into_iter().collect();
    let inputs = Inputs { answers, ..Inputs::on(day("2026-03-02")) };
    (Way::decide(&rules, &inputs), item)
}

#[test]
fn a_case_takes_the_steps_whose_conditions_hold_and_what_cannot_be_told_is_taken() {
    let (small, item) = way(json!({"small": true, "area": 50}));
    let departments = [0, 1, 2, 3].map(|step| small.department(step));
    assert_eq!(
        departments,
        [Some("office"), None, None, Some("office")],
        "whoever accepts and decides is always there"
    );
    let (case, effects) = submit_to(&item.workflow, &small);
    assert_eq!((case.step, case.skipped), (0, small.skipped()));
    assert!(effects.contains(&Effect::OpenTask { step: 0 }));
    let (unknown, _) = way(json!({"small": false}));
    assert_eq!(unknown.skipped(), Skipped::default(), "nobody knows the area: it is measured");
}

#[test]
fn what_follows_from_the_item_and_the_way_is_not_kept_beside_them() {
    let (small, item) = way(json!({"small": true, "area": 50}));
    let (case, _) = submit_to(&item.workflow, &small);
    let kept = serde_json::to_value(case).unwrap();
    assert!(kept.get("skipped").is_none() && kept.get("correction_in_review").is_none(), "{kept}");
    let read: CaseState = serde_json::from_value(kept).unwrap();
    assert_eq!(read.under(&item.workflow, &small), case);
}

#[test]
fn a_step_is_had_by_the_first_route_that_holds() {
    for (district, department) in [("north", "north"), ("south", "south"), ("west", "office")] {
        let (way, _) = way(json!({"small": false, "district": district}));
        assert_eq!(way.department(1), Some(department));
    }
}

#[test]
fn what_has_begun_keeps_its_office_when_the_way_is_decided_anew() {
    let (before, _) = way(json!({"small": false, "district": "north"}));
    let (after, _) = way(json!({"small": true}));
    let still = after.clone().from_step(&before, 1);
    assert_eq!((still.department(0), still.department(1)), (Some("office"), Some("north")));
    let early = after.from_step(&before, 0);
    assert_eq!((early.department(0), early.department(1)), (Some("office"), None));
}

#[test]
fn steps_that_are_not_taken_cost_no_days_and_are_not_told() {
    let mut told = Told::new("2026-03-02");
    told.item = way(json!({})).1;
    let (state, _) = submit_to(&told.item.workflow, &Way::plain(&told.item.workflow));
    told.state = CaseState { skipped: way(json!({"small": true, "area": 50})).0.skipped(), ..state };
    let case = told.then("2026-03-03", OFFICER);
    let lines = case.timeline("2026-03-03");
    assert!(!lines.iter().any(|(_, title, _)| title == "two"), "{lines:?}");
    let decides = lines.iter().find(|(_, title, _)| title == "three").expect("the decision");
    assert_eq!(decides.2, Some(day("2026-03-06")), "three working days, not eight");
}

proptest! {
    /// Whatever is left out, passing on goes through the rest in order and ends at the step that decides.
    #[test]
    fn passing_on_takes_every_step_of_the_way_once(steps in 1u16..12, mask in any::<u16>()) {
        let departments: Vec<Option<String>> =
            (0..steps).map(|step| (step == 0 || step + 1 == steps || mask & (1 << step) == 0).then(|| "office".to_owned())).collect();
        let way: Way = serde_json::from_value(json!(departments)).unwrap();
        let skipped = way.skipped();
        let (case, _) = submit(steps, ChargeState::None, None);
        let mut case = CaseState { skipped, status: CaseStatus::UnderReview, ..case };
        let mut taken = vec![case.step];
        while let Ok((next, effects)) = apply(&case, &CaseEvent::PassStep) {
            let opens = effects.contains(&Effect::OpenTask { step: next.step });
            prop_assert!(opens);
            taken.push(next.step);
            case = next;
        }
        let wanted: Vec<u16> = (0..steps).filter(|step| !skipped.has(*step)).collect();
        prop_assert_eq!(taken, wanted);
        let granted = apply(&case, &CaseEvent::Grant { automatic: false });
        prop_assert!(granted.is_ok());
    }
}
