//! Every status × every event, the clocks behind them, and the timeline they tell.

use proptest::prelude::*;

use super::{
    clock::{ACCEPTANCE_DAYS, Clocks},
    timeline::{Happening, Story, build},
    *,
};
use crate::{
    calendar::WorkCalendar,
    testing::{calendar, day, item},
    time::{Date, Timestamp},
    workflow::{CorrectionInReview, Workflow},
};

/// A case at its last step in a given status.
fn standing(status: CaseStatus) -> CaseState {
    let back_to = match status {
        CaseStatus::CorrectionRequested => Some(CaseStatus::Submitted),
        CaseStatus::Suspended => Some(CaseStatus::UnderReview),
        CaseStatus::AwaitingPayment => Some(CaseStatus::Accepted),
        CaseStatus::Publicised => Some(CaseStatus::UnderReview),
        _ => None,
    };
    let charge = match status {
        CaseStatus::AwaitingPayment => ChargeState::BeforeReview,
        _ => ChargeState::None,
    };
    let public = status == CaseStatus::Publicised;
    CaseState {
        status,
        step: 1,
        steps: if public { 3 } else { 2 },
        skipped: Skipped::default(),
        correction_used: status == CaseStatus::CorrectionRequested,
        correction_in_review: false,
        back_to,
        charge,
        publicity: public.then_some(1),
        objections: u16::from(public),
        promised: 0,
        awaits_promised: false,
    }
}

/// The whole table: rows are statuses, columns are events in the order of `CaseEventKind::ALL`;
/// `.` means not allowed, a letter names the status that follows.
const TABLE: [(CaseStatus, &str); 13] = [
    //                          AcRvCqCoNaPsSuReGrRfWiTeClPyAbObDiUpEnApSpLa
    (CaseStatus::Submitted, "A.C.N.....WT.........."),
    (CaseStatus::CorrectionRequested, "...S......WT.........."),
    (CaseStatus::NotAccepted, "......................"),
    (CaseStatus::Accepted, ".U....P...WT.........."),
    (CaseStatus::UnderReview, "......P.GRWT.........."),
    (CaseStatus::Suspended, ".......U..WT.........."),
    (CaseStatus::Publicised, "..........WT...BBU...."),
    (CaseStatus::AwaitingPayment, "..........WT.AT......."),
    (CaseStatus::Granted, "............D........."),
    (CaseStatus::Refused, "......................"),
    (CaseStatus::Withdrawn, "......................"),
    (CaseStatus::Terminated, "......................"),
    (CaseStatus::Closed, "......................"),
];

/// The same for a case with one promised material, where it differs: before a grant the material has to come.
const PROMISED: [(CaseStatus, &str); 7] = [
    //                          AcRvCqCoNaPsSuReGrRfWiTeClPyAbObDiUpEnApSpLa
    (CaseStatus::Submitted, "A.C.N.....WT........ST"),
    (CaseStatus::CorrectionRequested, "...S......WT........CT"),
    (CaseStatus::Accepted, ".U....P...WT.......PAT"),
    (CaseStatus::UnderReview, "......P..RWT.......PUT"),
    (CaseStatus::Suspended, ".......U..WT........PT"),
    (CaseStatus::Publicised, "..........WT...BBU..BT"),
    (CaseStatus::AwaitingPayment, "..........WT.AT.....IT"),
];

#[test]
fn a_case_with_a_promised_material_takes_exactly_the_events_of_its_table() {
    for (status, row) in PROMISED {
        let case = CaseState { promised: 1, ..standing(status) };
        for (kind, letter) in CaseEventKind::ALL.into_iter().zip(row.chars()) {
            match (letter, apply(&case, &CaseEvent::from(kind))) {
                ('.', result) => assert!(result.is_err(), "{status:?} must not take {kind:?}"),
                (letter, result) => {
                    let (next, _) = result.unwrap_or_else(|error| panic!("{status:?} × {kind:?}: {error}"));
                    assert_eq!(next.status, named(letter), "{status:?} × {kind:?}");
                    let over = next.status.is_final() || kind == CaseEventKind::Supply;
                    assert_eq!(next.promised, u16::from(!over), "{status:?} × {kind:?}");
                }
            }
        }
    }
}

fn named(letter: char) -> CaseStatus {
    match letter {
        'S' => CaseStatus::Submitted,
        'C' => CaseStatus::CorrectionRequested,
        'N' => CaseStatus::NotAccepted,
        'A' => CaseStatus::Accepted,
        'U' => CaseStatus::UnderReview,
        'P' => CaseStatus::Suspended,
        'B' => CaseStatus::Publicised,
        'I' => CaseStatus::AwaitingPayment,
        'G' => CaseStatus::Granted,
        'R' => CaseStatus::Refused,
        'W' => CaseStatus::Withdrawn,
        'T' => CaseStatus::Terminated,
        'D' => CaseStatus::Closed,
        other => panic!("no status {other}"),
    }
}

#[test]
fn every_status_takes_exactly_the_events_of_the_table() {
    for (status, row) in TABLE {
        for (kind, letter) in CaseEventKind::ALL.into_iter().zip(row.chars()) {
            let result = apply(&standing(status), &CaseEvent::from(kind));
            match letter {
                '.' => assert!(result.is_err(), "{status:?} must not take {kind:?}"),
                letter => assert_eq!(result.expect("allowed").0.status, named(letter), "{status:?} × {kind:?}"),
            }
        }
        let row_allows = CaseEventKind::ALL.into_iter().zip(row.chars()).filter(|(_, letter)| *letter != '.');
        assert_eq!(allowed(&standing(status)), row_allows.map(|(kind, _)| kind).collect::<Vec<_>>());
        assert_eq!(status.is_final(), row == "......................", "{status:?}");
    }
}

#[test]
fn only_the_last_step_decides_and_earlier_ones_pass_on() {
    let early = CaseState { step: 0, ..standing(CaseStatus::UnderReview) };
    assert_eq!(apply(&early, &CaseEvent::Grant { automatic: false }), Err(NotAllowed::NotLastStep { step: 0 }));
    assert_eq!(apply(&early, &CaseEvent::Refuse), Err(NotAllowed::NotLastStep { step: 0 }));
    let (next, effects) = apply(&early, &CaseEvent::PassStep).unwrap();
    assert_eq!((next.status, next.step), (CaseStatus::UnderReview, 1));
    assert_eq!(effects[..2], [Effect::CloseTask, Effect::OpenTask { step: 1 }]);
    assert_eq!(apply(&next, &CaseEvent::PassStep), Err(NotAllowed::NoNextStep { step: 1 }));
}

#[test]
fn a_correction_is_asked_for_once_in_the_life_of_a_case() {
    let (case, _) = submit(1, ChargeState::None, None);
    let (case, effects) = apply(&case, &CaseEvent::RequestCorrection).unwrap();
    assert_eq!(effects[0], Effect::PauseClock { clock: ClockKind::Acceptance });
    assert_eq!(effects[1], Effect::StartClock { clock: ClockKind::Correction });
    let (case, effects) = apply(&case, &CaseEvent::Correct).unwrap();
    assert_eq!(case.status, CaseStatus::Submitted);
    assert!(effects.contains(&Effect::ResumeClock { clock: ClockKind::Acceptance }));
    assert_eq!(apply(&case, &CaseEvent::RequestCorrection), Err(NotAllowed::CorrectionUsed));
    let (case, _) = apply(&case, &CaseEvent::Accept { by: AcceptedBy::Officer }).unwrap();
    assert_eq!(apply(&case, &CaseEvent::RequestCorrection), Err(NotAllowed::CorrectionUsed));
}

#[test]
fn after_acceptance_a_correction_needs_a_rule() {
    for status in [CaseStatus::Accepted, CaseStatus::UnderReview] {
        let case = standing(status);
        assert_eq!(apply(&case, &CaseEvent::RequestCorrection), Err(NotAllowed::CorrectionTooLate), "{status:?}");
        let ruled = CaseState { correction_in_review: true, ..case };
        assert_eq!(apply(&ruled, &CaseEvent::RequestCorrection).unwrap().0.status, CaseStatus::CorrectionRequested);
    }
}

#[test]
fn what_the_item_allows_stands_in_its_case() {
    let plain = item("{}").workflow;
    assert!(!submit_to(&plain, &Way::plain(&plain)).0.correction_in_review);
    let basis = crate::text::LocalText::new("办法", "rule");
    let ruled = Workflow { correction_in_review: Some(CorrectionInReview { basis }), ..plain };
    assert!(submit_to(&ruled, &Way::plain(&ruled)).0.correction_in_review);
}

#[test]
fn a_correction_in_review_goes_back_to_review() {
    let ruled = CaseState { correction_in_review: true, ..standing(CaseStatus::UnderReview) };
    let (case, effects) = apply(&ruled, &CaseEvent::RequestCorrection).unwrap();
    assert_eq!(effects[0], Effect::PauseClock { clock: ClockKind::Decision });
    let (case, _) = apply(&case, &CaseEvent::Correct).unwrap();
    assert_eq!((case.status, case.step, case.back_to), (CaseStatus::UnderReview, 1, None));
}

#[test]
fn rules_grant_an_accepted_case_and_nobody_else_does() {
    let (case, _) = submit(1, ChargeState::None, None);
    assert!(apply(&case, &CaseEvent::Grant { automatic: true }).is_err(), "not before acceptance");
    let (case, _) = apply(&case, &CaseEvent::Accept { by: AcceptedBy::Rules }).unwrap();
    assert!(apply(&case, &CaseEvent::Grant { automatic: false }).is_err(), "a person reviews first");
    let (case, effects) = apply(&case, &CaseEvent::Grant { automatic: true }).unwrap();
    assert!(effects.contains(&Effect::Issue) && effects.contains(&Effect::CloseTask));
    let (case, _) = apply(&case, &CaseEvent::Close).unwrap();
    assert_eq!(case.status, CaseStatus::Closed);
    assert!(apply(&standing(CaseStatus::UnderReview), &CaseEvent::Grant { automatic: true }).is_err());
}

fn any_event() -> impl Strategy<Value = CaseEvent> {
    let kinds = (0..CaseEventKind::ALL.len()).prop_map(|at| CaseEvent::from(CaseEventKind::ALL[at]));
    prop_oneof![
        8 => kinds,
        3 => Just(CaseEvent::PassStep),
        2 => (0u16..3).prop_map(|open| CaseEvent::Supply { open }),
        1 => Just(CaseEvent::Grant { automatic: true }),
        1 => Just(CaseEvent::Accept { by: AcceptedBy::Silence }),
    ]
}

fn any_charge() -> impl Strategy<Value = ChargeState> {
    prop_oneof![Just(ChargeState::None), Just(ChargeState::BeforeReview), Just(ChargeState::AfterGrant)]
}

/// Who owes what, for every status a charged case can be in.
#[test]
fn a_charge_before_the_review_holds_the_case_and_its_clock() {
    let (case, _) = submit(1, ChargeState::BeforeReview, None);
    let (case, effects) = apply(&case, &CaseEvent::Accept { by: AcceptedBy::Officer }).unwrap();
    assert_eq!((case.status, case.back_to), (CaseStatus::AwaitingPayment, Some(CaseStatus::Accepted)));
    assert!(effects.contains(&Effect::PauseClock { clock: ClockKind::Decision }) && effects.contains(&Effect::Charge));
    for kind in [CaseEventKind::StartReview, CaseEventKind::Grant, CaseEventKind::RequestCorrection] {
        assert!(apply(&case, &CaseEvent::from(kind)).is_err(), "{kind:?} before the payment");
    }
    let (unpaid, effects) = apply(&case, &CaseEvent::Withdraw).unwrap();
    assert_eq!(unpaid.status, CaseStatus::Withdrawn);
    assert!(!effects.contains(&Effect::Refund), "nothing was paid");
    let (case, effects) = apply(&case, &CaseEvent::Pay).unwrap();
    assert_eq!((case.status, case.charge, case.back_to), (CaseStatus::Accepted, ChargeState::Paid, None));
    assert!(effects.contains(&Effect::ResumeClock { clock: ClockKind::Decision }));
    assert!(apply(&case, &CaseEvent::Pay).is_err(), "paid once");
    assert!(apply(&case, &CaseEvent::Withdraw).unwrap().1.contains(&Effect::Refund));
    let (case, _) = apply(&case, &CaseEvent::StartReview).unwrap();
    assert!(apply(&case, &CaseEvent::Refuse).unwrap().1.contains(&Effect::Refund));
    let (case, effects) = apply(&case, &CaseEvent::Grant { automatic: false }).unwrap();
    assert_eq!(case.status, CaseStatus::Granted);
    assert!(effects.contains(&Effect::Issue) && !effects.contains(&Effect::Refund));
}

#[test]
fn a_charge_after_the_grant_holds_the_result() {
    let granted = CaseState { charge: ChargeState::AfterGrant, ..standing(CaseStatus::UnderReview) };
    let (case, effects) = apply(&granted, &CaseEvent::Grant { automatic: false }).unwrap();
    assert_eq!((case.status, case.back_to), (CaseStatus::AwaitingPayment, Some(CaseStatus::Granted)));
    assert!(effects.contains(&Effect::Charge) && effects.contains(&Effect::CloseTask));
    assert!(!effects.contains(&Effect::Issue) && !effects.contains(&Effect::Deliver));
    let (given_up, effects) = apply(&case, &CaseEvent::Withdraw).unwrap();
    assert_eq!(given_up.status, CaseStatus::Withdrawn);
    assert!(!effects.contains(&Effect::CloseTask), "the task was done with the grant");
    let (case, effects) = apply(&case, &CaseEvent::Pay).unwrap();
    assert_eq!(case.status, CaseStatus::Granted);
    assert!(effects.contains(&Effect::Issue) && effects.contains(&Effect::Deliver));
}

#[test]
fn a_charged_case_tells_who_must_act() {
    let told = Told::charged("2026-03-02").then("2026-03-03", OFFICER);
    let clock = told.clock("2026-03-10").unwrap();
    assert_eq!((clock.paused, clock.waits_for, clock.used_days), (true, Actor::Applicant, 0));
    let line = told.timeline("2026-03-10");
    assert!(line.iter().any(|(state, title, _)| *state == TimelineState::NeedsYou && title == "Please pay"));
    let paid = told.then("2026-03-10", CaseEvent::Pay);
    assert_eq!(paid.clock("2026-03-10").unwrap().due, day("2026-03-12"), "all three days are left");
    assert!(paid.timeline("2026-03-10").iter().any(|(_, title, _)| title == "You paid"));
}

proptest! {
    /// Whatever comes, in whatever order: final means final, one task at a time, clocks balanced.
    #[test]
    fn a_case_never_leaves_its_rails(steps in 1u16..5, public in any::<bool>(), promised in 0u16..3, charge in any_charge(), events in proptest::collection::vec(any_event(), 0..40)) {
        let publicity = (public && steps > 2).then_some(1);
        let (mut case, effects) = submit(steps, charge, publicity);
        case.promised = promised;
        let (mut clocks, mut tasks, mut corrections, mut shown) = (Clocks::default(), 0i32, 0, 0i32);
        let today = day("2026-03-02");
        let mut seen = effects;
        for event in std::iter::once(None).chain(events.into_iter().map(Some)) {
            if let Some(event) = event {
                match apply(&case, &event) {
                    Err(_) => continue,
                    Ok((next, effects)) => {
                        prop_assert!(!case.status.is_final(), "{:?} took {event:?}", case.status);
                        corrections += i32::from(event == CaseEvent::RequestCorrection);
                        prop_assert!(!matches!(event, CaseEvent::Grant { .. }) || case.promised == 0, "granted on a promise");
                        (case, seen) = (next, effects);
                    }
                }
            }
            clocks.record_all(&seen, today);
            for effect in &seen {
                match effect {
                    Effect::OpenTask { step } => { tasks += 1; prop_assert!(*step < steps); }
                    Effect::CloseTask => tasks -= 1,
                    Effect::Publish => shown += 1,
                    Effect::Unpublish => shown -= 1,
                    _ => {}
                }
            }
            prop_assert!((0..=1).contains(&tasks));
            prop_assert!(corrections <= 1);
            prop_assert!(case.step < case.steps);
            let held = matches!(
                case.status,
                CaseStatus::CorrectionRequested
                    | CaseStatus::Suspended
                    | CaseStatus::AwaitingPayment
                    | CaseStatus::Publicised
            );
            prop_assert_eq!(case.back_to.is_some(), held);
            prop_assert!(!case.awaits_promised || (case.status == CaseStatus::Suspended && case.promised > 0));
            let open = clocks.0.iter().filter(|clock| clock.stopped.is_none()).count();
            let over = case.status.is_final() || case.back_to.unwrap_or(case.status) == CaseStatus::Granted;
            let public = case.status == CaseStatus::Publicised;
            prop_assert_eq!(shown, i32::from(public));
            prop_assert!(public || case.objections == 0);
            prop_assert_eq!(tasks, i32::from(!over && (!public || case.objections > 0)));
            let expected = match case.status {
                CaseStatus::AwaitingPayment => if over { 1 } else { 2 },
                _ if over => 0,
                CaseStatus::CorrectionRequested | CaseStatus::Publicised => 2,
                _ => 1,
            };
            prop_assert_eq!(open, expected, "{:?}", case.status);
        }
    }
}

/// A case that is moved day by day.
pub(super) struct Told {
    pub(super) state: CaseState,
    clocks: Clocks,
    happenings: Vec<Happening>,
    calendar: WorkCalendar,
    pub(super) item: crate::item::ServiceItem,
}

fn at(date: &str) -> Timestamp {
    format!("\"{date}T02:00:00Z\"").parse::<serde_json::Value>().and_then(serde_json::from_value).unwrap()
}

impl Told {
    pub(super) fn new(date: &str) -> Self {
        let item = item("{version: 1, workflow: {correction_in_review: {basis: rule}}}");
        let (state, effects) = submit_to(&item.workflow, &Way::plain(&item.workflow));
        let mut clocks = Clocks::default();
        clocks.record_all(&effects, day(date));
        Self { state, clocks, happenings: Vec::new(), calendar: calendar(), item }
    }

    fn charged(date: &str) -> Self {
        let mut told = Self::new(date);
        told.state.charge = ChargeState::BeforeReview;
        told
    }

    pub(super) fn then(mut self, date: &str, event: CaseEvent) -> Self {
        let (state, effects) = apply(&self.state, &event).unwrap();
        self.happenings.push(Happening { event, at: at(date), step: self.state.step, pause: None });
        self.clocks.record_all(&effects, day(date));
        self.state = state;
        self
    }

    fn clock(&self, today: &str) -> Option<CaseClock> {
        self.clocks.view(&self.state, &self.item, &self.calendar, day(today))
    }

    pub(super) fn timeline(&self, today: &str) -> Vec<(TimelineState, String, Option<Date>)> {
        let story = Story {
            item: &self.item,
            departments: &[],
            submitted_at: at("2026-03-02"),
            happenings: &self.happenings,
            state: &self.state,
            way: &Way::plain(&self.item.workflow),
            clocks: &self.clocks,
            promised_by: (self.state.promised > 0).then(|| day("2026-03-13")),
        };
        build(&story, &self.calendar, day(today)).into_iter().map(|e| (e.state, e.title.en, e.due)).collect()
    }
}

pub(super) const OFFICER: CaseEvent = CaseEvent::Accept { by: AcceptedBy::Officer };

#[test]
fn the_clock_of_the_phase_is_shown() {
    let case = Told::new("2026-03-02");
    let clock = case.clock("2026-03-03").unwrap();
    assert_eq!((clock.kind, clock.due, clock.left_days), (ClockKind::Acceptance, day("2026-03-09"), 4));
    let case = case.then("2026-03-03", OFFICER);
    let clock = case.clock("2026-03-04").unwrap();
    assert_eq!((clock.kind, clock.due, clock.used_days), (ClockKind::Decision, day("2026-03-06"), 1));
    assert_eq!(clock.statutory_due, Some(day("2026-03-31")));
    let case = case.then("2026-03-04", CaseEvent::RequestCorrection);
    let clock = case.clock("2026-03-10").unwrap();
    assert_eq!((clock.kind, clock.waits_for, clock.due), (ClockKind::Correction, Actor::Applicant, day("2026-03-25")));
    // Three days were promised and none was used up before the pause: they all remain.
    let case = case.then("2026-03-10", CaseEvent::Correct);
    let clock = case.clock("2026-03-10").unwrap();
    assert_eq!((clock.kind, clock.due, clock.paused), (ClockKind::Decision, day("2026-03-12"), false));
    let case = case.then("2026-03-11", CaseEvent::StartReview).then("2026-03-11", CaseEvent::Suspend);
    assert!(case.clock("2026-03-18").unwrap().paused);
    let case = case.then("2026-03-18", CaseEvent::Resume);
    assert_eq!(case.clock("2026-03-18").unwrap().due, day("2026-03-19"));
    let case = case.then("2026-03-18", CaseEvent::PassStep).then("2026-03-18", CaseEvent::Grant { automatic: false });
    assert_eq!(case.clock("2026-03-18"), None);
}

#[test]
fn five_days_of_silence_accept() {
    let case = Told::new("2026-03-02");
    let silent = |case: &Told, today: &str| case.clocks.accepted_by_silence(&case.state, &case.calendar, day(today));
    assert_eq!(ACCEPTANCE_DAYS, 5);
    assert!(!silent(&case, "2026-03-09"), "the fifth day still belongs to the office");
    assert!(silent(&case, "2026-03-10"));
    let asked = case.then("2026-03-04", CaseEvent::RequestCorrection);
    assert!(!silent(&asked, "2026-04-30"), "the clock stands still");
}

#[test]
fn the_timeline_tells_past_present_and_promise() {
    use TimelineState::{Done, NeedsYou, Next, Now};
    let entry = |state, title: &str, due: Option<&str>| (state, title.to_owned(), due.map(day));
    let case = Told::new("2026-03-02");
    assert_eq!(
        case.timeline("2026-03-02"),
        [
            entry(Done, "You sent the application", None),
            entry(Now, "Waiting to be accepted", Some("2026-03-09")),
            entry(Next, "Review", None),
            entry(Next, "Decide", None),
            entry(Next, "Done", None),
        ],
    );
    let case = case.then("2026-03-03", OFFICER).then("2026-03-03", CaseEvent::StartReview);
    assert_eq!(
        case.timeline("2026-03-03")[1..],
        [
            entry(Done, "Accepted", None),
            entry(Now, "Review", Some("2026-03-04")),
            entry(Next, "Decide", Some("2026-03-06")),
            entry(Next, "Done", Some("2026-03-06")),
        ],
    );
    let case = case.then("2026-03-04", CaseEvent::RequestCorrection);
    assert_eq!(
        case.timeline("2026-03-04")[2..],
        [
            entry(Done, "You were asked to correct", None),
            entry(NeedsYou, "Please correct it", Some("2026-03-25")),
            entry(Next, "Review", None),
            entry(Next, "Decide", None),
            entry(Next, "Done", None),
        ],
    );
    let case = case
        .then("2026-03-10", CaseEvent::Correct)
        .then("2026-03-10", CaseEvent::PassStep)
        .then("2026-03-11", CaseEvent::Grant { automatic: false })
        .then("2026-03-11", CaseEvent::Close);
    let told = case.timeline("2026-03-12");
    let titles: Vec<&str> = told.iter().map(|(_, title, _)| title.as_str()).collect();
    assert_eq!(
        titles,
        [
            "You sent the application",
            "Accepted",
            "You were asked to correct",
            "You corrected it",
            "Review",
            "Granted",
            "Done"
        ],
    );
    assert!(told.iter().all(|(state, _, _)| *state == Done));
}

#[test]
fn stored_states_events_and_clocks_come_back_as_they_were() {
    let case = Told::new("2026-03-02").then("2026-03-03", CaseEvent::RequestCorrection);
    let text = serde_json::to_string(&(&case.state, &case.clocks, &case.happenings)).unwrap();
    let back: (CaseState, Clocks, Vec<Happening>) = serde_json::from_str(&text).unwrap();
    let (state, clocks, happenings) = back;
    let state = state.under(&case.item.workflow, &Way::plain(&case.item.workflow));
    assert_eq!((state, clocks, happenings), (case.state, case.clocks, case.happenings));
}

const PUBLIC: &str = r#"
workflow:
  steps:
    - {id: review, title: Review, department: d, role: review, days: 1}
    - id: public
      title: In public
      department: d
      role: review
      days: 0
      publicity: {days: 5, unit: working_day, shows: [{label: l, value: applicant.name, mask: name}], objections: {words: w, basis: b}}
    - {id: decide, title: Decide, department: d, role: decide, days: 2}
  outputs: []
"#;

/// A case that came to its publicity period on a Tuesday.
fn in_public() -> Told {
    let mut told = Told::new("2026-09-28");
    told.state.steps = 3;
    told.state.publicity = Some(1);
    told.item = item(PUBLIC);
    told.then("2026-09-28", OFFICER).then("2026-09-28", CaseEvent::StartReview).then("2026-09-29", CaseEvent::PassStep)
}

#[test]
fn a_publicity_period_counts_its_own_days_and_stops_the_promise() {
    let case = in_public();
    let (_, publicity) = case.item.workflow.publicity().unwrap();
    let over = |day_: &str| case.clocks.publicity_over(publicity, &case.calendar, day(day_));
    // 30 September, then the holidays of the first week of October (one Saturday is worked), then four workdays.
    let clock = case.clock("2026-09-30").unwrap();
    assert_eq!((clock.kind, clock.used_days, clock.promised_days), (ClockKind::Publicity, 1, 5));
    assert_eq!(clock.due, case.calendar.workdays_after(day("2026-09-29"), 5));
    assert!(!over(&clock.due.to_string()), "the last day still belongs to the public");
    assert!(over(&case.calendar.workdays_after(clock.due, 1).to_string()));
    // The promise stands still: what was left of it is left when the period ends.
    let ended = case.then("2026-10-13", CaseEvent::EndPublicity);
    assert_eq!((ended.state.status, ended.state.step), (CaseStatus::UnderReview, 2));
    let clock = ended.clock("2026-10-13").unwrap();
    assert_eq!((clock.kind, clock.used_days, clock.paused), (ClockKind::Decision, 1, false));
}

#[test]
fn an_objection_stops_the_period_until_it_is_settled() {
    let case = in_public().then("2026-10-09", CaseEvent::Object);
    let publicity = case.item.workflow.publicity().unwrap().1.clone();
    assert!(case.clock("2026-10-20").unwrap().paused);
    assert!(!case.clocks.publicity_over(&publicity, &case.calendar, day("2026-12-01")), "it stands still");
    assert_eq!(apply(&case.state, &CaseEvent::EndPublicity), Err(NotAllowed::Objections { open: 1 }));
    let before = in_public().clock("2026-10-09").unwrap().left_days;
    let case = case.then("2026-10-10", CaseEvent::Object).then("2026-10-12", CaseEvent::Dismiss);
    assert_eq!(case.state.objections, 1, "the other one is still open");
    assert!(case.clock("2026-10-12").unwrap().paused);
    let case = case.then("2026-10-16", CaseEvent::Dismiss);
    let clock = case.clock("2026-10-16").unwrap();
    assert_eq!((clock.paused, clock.left_days), (false, before), "the days that were left are left");
    assert_eq!(apply(&case.state, &CaseEvent::Dismiss), Err(NotAllowed::Objections { open: 0 }));
}

#[test]
fn an_upheld_objection_goes_back_to_the_step_before_and_settles_all() {
    let case = in_public().then("2026-10-09", CaseEvent::Object).then("2026-10-09", CaseEvent::Object);
    let (next, effects) = apply(&case.state, &CaseEvent::Uphold).unwrap();
    assert_eq!((next.status, next.step, next.objections, next.back_to), (CaseStatus::UnderReview, 0, 0, None));
    assert!(effects.contains(&Effect::Unpublish) && effects.contains(&Effect::OpenTask { step: 0 }));
    assert!(effects.contains(&Effect::StopClock { clock: ClockKind::Publicity }));
    assert!(effects.contains(&Effect::ResumeClock { clock: ClockKind::Decision }));
    // Reviewed again, it is shown again.
    let (again, effects) = apply(&next, &CaseEvent::PassStep).unwrap();
    assert_eq!(again.status, CaseStatus::Publicised);
    assert!(effects.contains(&Effect::Publish) && effects.contains(&Effect::CloseTask));
}

#[test]
fn the_timeline_of_a_case_in_public_names_the_day_and_promises_nothing_beyond() {
    let case = in_public();
    let line = case.timeline("2026-09-30");
    let due = case.clock("2026-09-30").unwrap().due;
    assert!(line.contains(&(TimelineState::Now, "In public".to_owned(), Some(due))), "{line:?}");
    let next: Vec<_> = line.iter().filter(|(state, _, _)| *state == TimelineState::Next).collect();
    assert_eq!(next.iter().map(|(_, title, _)| title.as_str()).collect::<Vec<_>>(), ["Decide", "Done"]);
    assert!(next.iter().all(|(_, _, due)| due.is_none()), "{next:?}");
    let objected = case.then("2026-10-09", CaseEvent::Object).timeline("2026-10-09");
    assert!(objected.iter().any(|(_, title, _)| title == "Somebody objected"));
    assert!(objected.contains(&(TimelineState::Now, "In public".to_owned(), None)));
}

const CHARGED: &str = r#"
workflow:
  steps:
    - {id: decide, title: Decide, department: d, role: decide, days: 3}
  charge:
    amount: "100"
    words: fee
    when: before_review
    pay_within: {days: 10, unit: calendar_day, abandoned: {zh: 法律原话, en: the law says so}}
  outputs: []
"#;

fn charged_with_deadline() -> Told {
    let mut told = Told::charged("2026-03-02");
    told.state.steps = 1;
    told.item = item(CHARGED);
    told.then("2026-03-03", OFFICER)
}

#[test]
fn a_charge_has_a_last_day_and_two_reminders_before_it() {
    let case = charged_with_deadline();
    let within = case.item.workflow.pay_within().unwrap();
    let clock = case.clock("2026-03-04").unwrap();
    assert_eq!((clock.kind, clock.due, clock.waits_for), (ClockKind::Payment, day("2026-03-13"), Actor::Applicant));
    let reminders = case.clocks.payment_reminders(within, &case.calendar, day("2026-03-03"));
    assert_eq!(reminders, [day("2026-03-09"), day("2026-03-12")], "half-way (a Sunday moves on) and the day before");
    let line = case.timeline("2026-03-04");
    assert!(line.contains(&(TimelineState::NeedsYou, "Please pay".to_owned(), Some(day("2026-03-13")))), "{line:?}");
    let paid = case.then("2026-03-05", CaseEvent::Pay);
    let within = paid.item.workflow.pay_within().unwrap();
    assert_eq!(paid.clocks.payment_due(within, &paid.calendar, day("2026-03-05")), None);
    assert!(apply(&paid.state, &CaseEvent::Abandon).is_err(), "nothing is owed");
}

#[test]
fn an_unpaid_charge_ends_the_case_in_the_words_of_the_law() {
    let case = charged_with_deadline().then("2026-03-16", CaseEvent::Abandon);
    assert_eq!(case.state.status, CaseStatus::Terminated);
    assert!(case.clocks.0.iter().all(|clock| clock.stopped.is_some()));
    let story = Story {
        item: &case.item,
        departments: &[],
        submitted_at: at("2026-03-02"),
        happenings: &case.happenings,
        state: &case.state,
        way: &Way::plain(&case.item.workflow),
        clocks: &case.clocks,
        promised_by: None,
    };
    let last = build(&story, &case.calendar, day("2026-03-16")).pop().unwrap();
    assert_eq!((last.note.zh.as_str(), last.actor), ("法律原话", Actor::System));
}

#[test]
fn a_short_time_to_pay_reminds_once_or_not_at_all() {
    let with = |days: u16| {
        let mut case = charged_with_deadline();
        let charge = case.item.workflow.charge.as_mut().unwrap();
        charge.pay_within.as_mut().unwrap().days = days;
        let within = case.item.workflow.pay_within().unwrap().clone();
        case.clocks.payment_reminders(&within, &case.calendar, day("2026-03-03"))
    };
    assert!(with(1).is_empty());
    assert_eq!(with(2), [day("2026-03-04")]);
    assert_eq!(with(3), [day("2026-03-04"), day("2026-03-05")]);
}

fn promising(count: u16) -> Told {
    let mut told = Told::new("2026-03-02");
    told.state.promised = count;
    told.then("2026-03-03", OFFICER).then("2026-03-03", CaseEvent::StartReview)
}

#[test]
fn the_office_waits_for_promised_materials_on_the_applicants_time() {
    let case = promising(2);
    assert_eq!(
        apply(&CaseState { step: 1, ..case.state }, &CaseEvent::Grant { automatic: false }),
        Err(NotAllowed::Promised { open: 2 }),
    );
    let owed = (TimelineState::NeedsYou, "Please hand in the papers you promised".to_owned(), Some(day("2026-03-13")));
    let line = case.timeline("2026-03-03");
    assert!(line.contains(&owed) && line.iter().any(|(state, _, _)| *state == TimelineState::Now), "{line:?}");
    let case = case.then("2026-03-04", CaseEvent::AwaitPromised);
    let clock = case.clock("2026-03-10").unwrap();
    assert_eq!((clock.paused, clock.waits_for, clock.used_days), (true, Actor::Applicant, 0));
    let line = case.timeline("2026-03-10");
    assert!(line.contains(&owed) && line.iter().all(|(state, _, _)| *state != TimelineState::Now), "{line:?}");
    // One of two: still waited for. The last one lets the office go on where it stood, with the days it had left.
    let case = case.then("2026-03-10", CaseEvent::Supply { open: 1 });
    assert_eq!((case.state.status, case.state.promised), (CaseStatus::Suspended, 1));
    let case = case.then("2026-03-11", CaseEvent::Supply { open: 0 });
    assert_eq!((case.state.status, case.state.awaits_promised), (CaseStatus::UnderReview, false));
    let clock = case.clock("2026-03-11").unwrap();
    assert_eq!(
        (clock.paused, clock.waits_for, clock.used_days),
        (false, Actor::Office, 1),
        "a week of waiting counts for nothing"
    );
    assert!(case.timeline("2026-03-11").iter().all(|(state, _, _)| *state != TimelineState::NeedsYou));
    let case = case.then("2026-03-12", CaseEvent::PassStep).then("2026-03-12", CaseEvent::Grant { automatic: false });
    assert_eq!(case.state.status, CaseStatus::Granted);
}

#[test]
fn rules_grant_nothing_on_a_promise_and_a_broken_one_ends_the_case() {
    let accepted = CaseState { promised: 1, ..standing(CaseStatus::Accepted) };
    let instant = CaseEvent::Grant { automatic: true };
    assert_eq!(apply(&accepted, &instant), Err(NotAllowed::Promised { open: 1 }));
    let case = promising(1).then("2026-03-16", CaseEvent::Lapse);
    assert_eq!((case.state.status, case.state.promised), (CaseStatus::Terminated, 0));
    assert!(case.clocks.0.iter().all(|clock| clock.stopped.is_some()));
    let (_, title, _) = case.timeline("2026-03-16").pop().unwrap();
    assert_eq!(title, "Ended: the promised papers did not come in time");
    assert_eq!(apply(&promising(0).state, &CaseEvent::Lapse), Err(NotAllowed::Promised { open: 0 }));
}
