//! A case as a line: rail and one sentence.

use haoban_domain::{
    case::{CaseStatus, CaseView, TimelineState},
    money,
    text::LocalText,
    time::Date,
};
use haoban_wire::ui::CaseRow;

use crate::words::{words, words_local};

/// Those that wait for the resident first, by day; then the latest.
pub(crate) fn in_order(mut cases: Vec<CaseView>) -> Vec<CaseView> {
    cases.sort_by_key(|case| {
        let waits = open_correction(case).map(|(_, due)| due).or_else(|| promised_by(case));
        let pays = case.status == CaseStatus::AwaitingPayment;
        (waits.is_none() && !pays, waits, std::cmp::Reverse(case.submitted_at))
    });
    cases
}

/// The open notice's points and last day.
fn open_correction(case: &CaseView) -> Option<(usize, Date)> {
    let notice = case.correction.as_ref().filter(|notice| notice.answered_at.is_none())?;
    (case.status == CaseStatus::CorrectionRequested).then_some((notice.points.len(), notice.due))
}

/// The first day by which a material promised for later must be there.
fn promised_by(case: &CaseView) -> Option<Date> {
    case.promised().map(|promise| promise.due).min()
}

/// Whether a case is a line of its own: parts of a joint case stand in its lanes, until one waits for the resident.
pub(crate) fn stands_alone(case: &CaseView) -> bool {
    case.parent.is_none()
        || open_correction(case).is_some()
        || promised_by(case).is_some()
        || case.status == CaseStatus::AwaitingPayment
}

/// One line of a list.
pub(crate) fn case_row(case: &CaseView, today: Date) -> CaseRow {
    let correction = open_correction(case);
    CaseRow {
        id: case.id,
        number: case.number.clone(),
        item_code: case.item_code.clone(),
        item_name: case.item_name.clone(),
        status: case.status,
        note: note(case, today),
        rail: case.timeline.iter().map(|entry| entry.state).collect::<Vec<TimelineState>>(),
        clock: case.clock.clone(),
        submitted_at: case.submitted_at,
        correction_id: correction.and(case.correction.as_ref().map(|notice| notice.id)),
        correction_points: correction.map_or(0, |(points, _)| points.try_into().unwrap_or(u32::MAX)),
        promised: case.promised().count().try_into().unwrap_or(u32::MAX),
        promised_by: promised_by(case),
    }
}

/// The sentence beneath the rail: who must do what, until when.
fn note(case: &CaseView, today: Date) -> LocalText {
    if let (Some(due), false) =
        (promised_by(case), matches!(case.status, CaseStatus::CorrectionRequested | CaseStatus::AwaitingPayment))
    {
        return promise_note(case, due);
    }
    match case.status {
        CaseStatus::CorrectionRequested => correction_note(case, today),
        CaseStatus::Submitted => due_note("case.note.submitted", case, today),
        CaseStatus::Accepted | CaseStatus::UnderReview => due_note("case.note.office", case, today),
        CaseStatus::AwaitingPayment => payment_note(case),
        CaseStatus::Publicised => publicity_note(case),
        CaseStatus::Suspended => words_local("case.note.paused", &[("department", &case.department)]),
        CaseStatus::Granted => words("case.note.granted", &[]),
        CaseStatus::Closed => closed_note(case),
        CaseStatus::Refused => day_note("case.note.refused", case),
        CaseStatus::NotAccepted => day_note("case.note.not_accepted", case),
        CaseStatus::Withdrawn => day_note("case.note.withdrawn", case),
        CaseStatus::Terminated => day_note("case.note.terminated", case),
    }
}

fn correction_note(case: &CaseView, today: Date) -> LocalText {
    let Some((points, due)) = open_correction(case) else { return due_note("case.note.office", case, today) };
    let points = LocalText::new(points.to_string(), points.to_string());
    let key = if due < today { "case.note.correct_over" } else { "case.note.correct" };
    words_local(key, &[("points", &points), ("due", &day(due)), ("department", &case.department)])
}

fn promise_note(case: &CaseView, due: Date) -> LocalText {
    let count = case.promised().count().to_string();
    words_local("case.note.supply", &[("count", &LocalText::new(count.clone(), count)), ("due", &day(due))])
}

fn due_note(key: &str, case: &CaseView, today: Date) -> LocalText {
    let Some(clock) = &case.clock else {
        return words_local("case.note.office_plain", &[("department", &case.department)]);
    };
    let key = if clock.due < today { "case.note.overdue" } else { key };
    words_local(key, &[("department", &case.department), ("due", &day(clock.due))])
}

fn payment_note(case: &CaseView) -> LocalText {
    let amount = case.charge.as_ref().map(|charge| money::yuan(charge.amount_fen)).unwrap_or_default();
    let due = case.charge.as_ref().and_then(|charge| charge.due);
    let amount = LocalText::new(amount.clone(), amount);
    match due {
        Some(due) => words_local("case.note.pay_by", &[("amount", &amount), ("due", &day(due))]),
        None => words_local("case.note.pay", &[("amount", &amount)]),
    }
}

fn publicity_note(case: &CaseView) -> LocalText {
    match case.clock.as_ref().filter(|clock| !clock.paused) {
        Some(clock) => words_local("case.note.public", &[("due", &day(clock.due))]),
        None => words_local("case.note.objected", &[("department", &case.department)]),
    }
}

fn closed_note(case: &CaseView) -> LocalText {
    match case.decision.as_ref().and_then(|decision| decision.payment_fen) {
        Some(fen) => words("case.note.closed_paid", &[("amount", &money::yuan(fen))]),
        None => day_note("case.note.closed", case),
    }
}

fn day_note(key: &str, case: &CaseView) -> LocalText {
    let decided = case.decision.as_ref().map(|decision| decision.decided_at);
    let last = decided.or_else(|| case.timeline.iter().filter_map(|entry| entry.at).max()).unwrap_or(case.submitted_at);
    words_local(key, &[("day", &day(last.city_date()))])
}

/// A day in words, without the year.
fn day(date: Date) -> LocalText {
    let (month, day) = (date.0.month().to_string(), date.0.day().to_string());
    let name = words(&format!("month.{month}"), &[]);
    words_local("day", &[("month", &name), ("day", &LocalText::new(day.clone(), day))])
}

#[cfg(test)]
mod tests {
    use haoban_domain::{
        case::{Actor, CaseClock, ClockKind, CorrectionNotice, CorrectionPoint},
        ids::CorrectionId,
        item::DayUnit,
    };

    use super::*;
    use crate::sync::tests::case;

    fn day_of(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn clock(due: &str) -> CaseClock {
        CaseClock {
            kind: ClockKind::Decision,
            due: day_of(due),
            statutory_due: None,
            promised_days: 3,
            used_days: 0,
            left_days: 3,
            unit: DayUnit::WorkingDay,
            paused: false,
            waits_for: Actor::Office,
        }
    }

    fn waiting(n: u8, due: &str) -> CaseView {
        let point = CorrectionPoint {
            target: "material:lease".into(),
            name: LocalText::default(),
            words: String::new(),
            remedy: String::new(),
        };
        let mut waiting = case(n, 1);
        waiting.status = CaseStatus::CorrectionRequested;
        waiting.correction = Some(CorrectionNotice {
            id: CorrectionId::new(1, [n; 10]),
            points: vec![point.clone(), point],
            requested_at: waiting.submitted_at,
            due: day_of(due),
            answered_at: None,
            department: LocalText::default(),
        });
        waiting
    }

    #[test]
    fn every_status_has_a_whole_sentence() {
        for status in CaseStatus::ALL {
            let mut any = waiting(1, "2026-11-27");
            any.status = status;
            any.clock = Some(clock("2026-11-26"));
            let note = case_row(&any, day_of("2026-11-24")).note;
            for text in [&note.zh, &note.en] {
                assert!(!text.is_empty() && !text.contains('{') && !text.contains("case.note"), "{status:?}: {text}");
            }
        }
    }

    #[test]
    fn the_note_names_points_and_day_and_says_when_the_day_is_over() {
        let waits = waiting(1, "2026-11-27");
        let before = case_row(&waits, day_of("2026-11-27"));
        assert!(before.note.en.contains('2') && before.note.en.contains("27 November"), "{}", before.note.en);
        assert_eq!((before.correction_points, before.correction_id.is_some()), (2, true));
        assert_ne!(case_row(&waits, day_of("2026-11-28")).note, before.note);
        let mut late = case(2, 1);
        late.clock = Some(clock("2026-11-20"));
        assert_ne!(case_row(&late, day_of("2026-11-20")).note, case_row(&late, day_of("2026-11-21")).note);
    }

    #[test]
    fn what_waits_for_the_resident_comes_first_the_most_urgent_on_top() {
        let mut newer = case(3, 1);
        newer.submitted_at = newer.submitted_at.plus_millis(5);
        let listed = in_order(vec![case(4, 1), waiting(1, "2026-12-01"), newer, waiting(2, "2026-11-27")]);
        let order: Vec<_> = listed.iter().map(|case| case.number.trim_start_matches('0').to_owned()).collect();
        assert_eq!(order, ["2", "1", "3", "4"]);
    }

    #[test]
    fn an_answered_notice_no_longer_asks() {
        let mut answered = waiting(1, "2026-11-27");
        answered.status = CaseStatus::UnderReview;
        let row = case_row(&answered, day_of("2026-11-24"));
        assert_eq!((row.correction_id, row.correction_points), (None, 0));
    }
}
