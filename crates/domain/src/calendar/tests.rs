//! The vectors of domain.md §3.3 and what pauses do.

use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::testing::{calendar, day};

#[rstest]
#[case("2025-12-31", 1, "2026-01-04")]
#[case("2026-02-13", 1, "2026-02-14")]
#[case("2026-02-13", 5, "2026-02-27")]
#[case("2026-02-13", 10, "2026-03-05")]
#[case("2026-02-13", 20, "2026-03-19")]
#[case("2026-04-03", 1, "2026-04-07")]
#[case("2026-04-30", 4, "2026-05-09")]
#[case("2026-04-30", 5, "2026-05-11")]
#[case("2026-06-18", 3, "2026-06-24")]
#[case("2026-09-18", 1, "2026-09-20")]
#[case("2026-09-18", 5, "2026-09-24")]
#[case("2026-09-24", 4, "2026-10-08")]
#[case("2026-09-30", 5, "2026-10-13")]
#[case("2026-09-30", 20, "2026-11-03")]
#[case("2025-09-26", 5, "2025-10-10")]
#[case("2025-01-24", 4, "2025-02-06")]
fn workdays_are_counted_as_the_notices_say(#[case] from: &str, #[case] n: u16, #[case] due: &str) {
    let calendar = calendar();
    assert_eq!(calendar.workdays_after(day(from), n), day(due));
    assert_eq!(calendar.workdays_between(day(from), day(due)), i32::from(n));
    assert_eq!(Span::new(day(from), n).due(&calendar), day(due));
}

#[rstest]
#[case(2025, [19, 19, 21, 22, 19, 20, 23, 21, 23, 18, 20, 23])]
#[case(2026, [21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23])]
fn each_month_has_as_many_workdays_as_published(#[case] year: i16, #[case] expected: [i32; 12]) {
    let calendar = calendar();
    let count = |month: i8| {
        let first = jiff::civil::Date::new(year, month, 1).unwrap();
        calendar.workdays_between(Date(first.yesterday().unwrap()), Date(first.last_of_month()))
    };
    let months: Vec<i32> = (1..=12).map(count).collect();
    assert_eq!(months, expected);
    assert_eq!(months.iter().sum::<i32>(), 248);
}

#[test]
fn a_year_without_notice_is_provisional() {
    let calendar = calendar();
    assert!(!calendar.is_provisional(day("2026-05-01")));
    assert!(calendar.is_provisional(day("2027-05-01")));
    assert!(calendar.is_provisional(day("2031-05-01")));
    assert!(!calendar.is_workday(day("2027-02-05")));
}

#[test]
fn a_pause_moves_the_due_day_by_its_workdays() {
    let calendar = calendar();
    let mut span = Span::new(day("2026-03-02"), 5);
    assert_eq!(span.due(&calendar), day("2026-03-09"));
    // Wednesday to the next Monday: Wednesday, Thursday and Friday do not count, Monday does.
    span.pauses.push(Pause { from: day("2026-03-04"), to: Some(day("2026-03-09")) });
    assert_eq!(span.due(&calendar), day("2026-03-12"));
    assert_eq!(span.used(&calendar, day("2026-03-03")), 1);
    assert_eq!(span.used(&calendar, day("2026-03-08")), 1);
    assert_eq!(span.used(&calendar, day("2026-03-09")), 2);
    assert_eq!(span.left(&calendar, day("2026-03-12")), 0);
    assert_eq!(span.left(&calendar, day("2026-03-13")), -1);
    // A pause that begins and ends on one day takes nothing; overlapping ones count once.
    span.pauses.push(Pause { from: day("2026-03-05"), to: Some(day("2026-03-06")) });
    span.pauses.push(Pause { from: day("2026-03-10"), to: Some(day("2026-03-10")) });
    assert_eq!(span.due(&calendar), day("2026-03-12"));
}

#[test]
fn an_open_pause_keeps_the_due_day_moving() {
    let calendar = calendar();
    let span = Span { from: day("2026-03-02"), days: 5, pauses: vec![Pause { from: day("2026-03-04"), to: None }] };
    assert!(span.is_paused(day("2026-03-20")));
    assert_eq!(span.used(&calendar, day("2026-03-20")), 1);
    assert_eq!(span.due_seen_on(&calendar, day("2026-03-05")), day("2026-03-10"));
    assert_eq!(span.due_seen_on(&calendar, day("2026-03-20")), day("2026-03-25"));
}

#[test]
fn a_period_in_calendar_days_ends_on_a_workday() {
    let calendar = calendar();
    // 60 days after 2026-08-02 is 2026-10-01, inside the holiday.
    assert_eq!(calendar.calendar_days_after(day("2026-08-02"), 60), day("2026-10-08"));
    assert_eq!(calendar.calendar_days_after(day("2026-03-02"), 1), day("2026-03-03"));
}

prop_compose! {
    fn any_day()(offset in 0i32..700) -> Date {
        Date(day("2025-01-01").0.checked_add(offset.days()).unwrap())
    }
}

proptest! {
    #[test]
    fn the_due_day_is_a_workday_and_counts_back(from in any_day(), n in 1u16..60) {
        let calendar = calendar();
        let due = calendar.workdays_after(from, n);
        prop_assert!(calendar.is_workday(due));
        prop_assert_eq!(calendar.workdays_between(from, due), i32::from(n));
        prop_assert_eq!(calendar.workdays_between(due, from), -i32::from(n));
    }

    #[test]
    fn a_clock_is_used_up_exactly_on_its_due_day(
        from in any_day(),
        n in 1u16..30,
        pauses in proptest::collection::vec((0i32..40, 0i32..20), 0..4),
    ) {
        let calendar = calendar();
        let at = |offset: i32| Date(from.0.checked_add(offset.days()).unwrap());
        let pauses = pauses.into_iter().map(|(start, length)| Pause { from: at(start), to: Some(at(start + length)) });
        let span = Span { from, days: n, pauses: pauses.collect() };
        let due = span.due(&calendar);
        prop_assert_eq!(span.left(&calendar, due), 0);
        prop_assert!(span.left(&calendar, Date(due.0.yesterday().unwrap())) > 0);
        prop_assert!(due >= calendar.workdays_after(from, n));
    }
}
