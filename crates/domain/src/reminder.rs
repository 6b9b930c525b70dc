//! 提醒 `Reminder`: a notice some days before a day that matters to somebody.
//!
//! Pure: which day that is, the platform knows; when a notice of it is due is decided here.

use jiff::ToSpan as _;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{
    calendar::WorkCalendar,
    item::{DayUnit, ItemCode},
    rules::Expr,
    text::LocalText,
    time::Date,
};

/// Days after which good news is no news any more.
const LATE_DAYS: i32 = 60;

/// A notice before a day. It stands at a licence type, or in the workflow of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Reminder {
    /// Stable id inside its licence type or item.
    pub id: String,
    /// The day it is about.
    pub of: ReminderDay,
    /// How many days before that day; 0 is the day itself. Each is one notice.
    pub days_before: Vec<u16>,
    /// Days of which kind.
    #[serde(default = "calendar_days")]
    pub unit: DayUnit,
    /// The day is one from which something can be done, not one by which it must be: a notice that could not go out in
    /// time still does, up to two months later.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub from_then_on: bool,
    /// Set when the case was refused for this standard reason; without it, when the case was granted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub after_refusal: Option<String>,
    /// Headline. `{day}` is the day it is about; nothing personal stands in it.
    pub title: LocalText,
    /// Text, likewise.
    pub body: LocalText,
    /// Service that the notice opens; without one it opens the licence, the appointments or the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub opens: Option<ItemCode>,
}

fn calendar_days() -> DayUnit {
    DayUnit::CalendarDay
}

/// The day a reminder is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
#[ts(export)]
pub enum ReminderDay {
    /// The last day of a licence. At a licence type.
    End,
    /// The same day of every year, as long as the licence is in force. At a licence type.
    Yearly(DayOfYear),
    /// The day of issue, every year after it, as long as the licence is in force. At a licence type.
    Anniversary,
    /// The day of the case's booked appointment. In a workflow.
    Appointment,
    /// The last day for which the last proof counts (`renewal`). In a workflow.
    Renewal,
    /// A day worked out when the case is decided. In a workflow.
    Day(Expr),
}

/// A day that comes every year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct DayOfYear {
    /// Month, 1 to 12.
    pub month: i8,
    /// Day of the month; where the month is shorter, its last day counts.
    pub day: i8,
}

impl DayOfYear {
    /// Month and day of a date.
    #[must_use]
    pub fn of(date: Date) -> Self {
        Self { month: date.0.month(), day: date.0.day() }
    }

    /// The first such day that is not before `from`; `None` when there is no such month.
    #[must_use]
    pub fn on_or_after(self, from: Date) -> Option<Date> {
        let year = from.0.year();
        [year, year.saturating_add(1)].into_iter().filter_map(|year| self.in_year(year)).find(|day| *day >= from)
    }

    fn in_year(self, year: i16) -> Option<Date> {
        let first = jiff::civil::Date::new(year, self.month, 1).ok()?;
        jiff::civil::Date::new(year, self.month, self.day.clamp(1, first.days_in_month())).ok().map(Date)
    }
}

impl Reminder {
    /// The day on which the notice so many days before `day` goes out.
    #[must_use]
    pub fn send_on(&self, calendar: &WorkCalendar, day: Date, days_before: u16) -> Date {
        match self.unit {
            DayUnit::WorkingDay => calendar.workdays_before(day, days_before),
            DayUnit::CalendarDay => Date(day.0.saturating_sub(i32::from(days_before).days())),
        }
    }

    /// The first day on which anything goes out.
    #[must_use]
    pub fn first_on(&self, calendar: &WorkCalendar, day: Date) -> Date {
        let most = self.days_before.iter().copied().max().unwrap_or(0);
        self.send_on(calendar, day, most)
    }

    /// Which notice is due: the one nearest to the day of those whose time has come. One that was missed is not sent
    /// after the next; one whose time was over when the day became known (`since`) is not sent at all, and neither is
    /// any after the day, unless something can be done `from_then_on`.
    #[must_use]
    pub fn due(&self, calendar: &WorkCalendar, day: Date, since: Date, today: Date) -> Option<u16> {
        let last = if self.from_then_on { day.0.saturating_add(LATE_DAYS.days()) } else { day.0 };
        if today.0 > last {
            return None;
        }
        let in_time = |days: &u16| {
            let on = self.send_on(calendar, day, *days);
            since < on && on <= today
        };
        self.days_before.iter().copied().filter(in_time).min()
    }

    /// The latest day of which anything can be due today. Working days may lie far apart around long holidays.
    #[must_use]
    pub fn horizon(&self, today: Date) -> Date {
        let most = i32::from(self.days_before.iter().copied().max().unwrap_or(0));
        let days = match self.unit {
            DayUnit::WorkingDay => most * 2 + 20,
            DayUnit::CalendarDay => most,
        };
        Date(today.0.saturating_add(days.days()))
    }

    /// The earliest day of which anything can still be due today.
    #[must_use]
    pub fn still_due_from(today: Date) -> Date {
        Date(today.0.saturating_sub(LATE_DAYS.days()))
    }

    /// Headline and text with the day put in.
    #[must_use]
    pub fn said(&self, day: &LocalText) -> (LocalText, LocalText) {
        let fill =
            |text: &LocalText| LocalText::new(text.zh.replace("{day}", &day.zh), text.en.replace("{day}", &day.en));
        (fill(&self.title), fill(&self.body))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::CalendarYear;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn reminder(days_before: &[u16], unit: DayUnit) -> Reminder {
        Reminder {
            id: "end".to_owned(),
            of: ReminderDay::End,
            days_before: days_before.to_vec(),
            unit,
            from_then_on: false,
            after_refusal: None,
            title: LocalText::new("{day} 到期", "Ends on {day}"),
            body: LocalText::new("请在 {day} 前来换", "Please renew it by {day}"),
            opens: None,
        }
    }

    /// 2026-10-01 to 07 off, 09-20 and 10-10 worked.
    fn calendar() -> WorkCalendar {
        let days = |list: &[&str]| list.iter().map(|text| day(text)).collect();
        WorkCalendar::new(&[CalendarYear {
            year: 2026,
            notice: None,
            provisional: false,
            off: days(&[
                "2026-10-01",
                "2026-10-02",
                "2026-10-03",
                "2026-10-04",
                "2026-10-05",
                "2026-10-06",
                "2026-10-07",
            ]),
            work: days(&["2026-09-20", "2026-10-10"]),
        }])
    }

    #[test]
    fn the_notice_nearest_to_the_day_is_due_and_none_before_or_after() {
        let (calendar, reminder) = (calendar(), reminder(&[30, 7], DayUnit::CalendarDay));
        let (end, since) = (day("2027-03-31"), day("2026-03-31"));
        for (today, due) in [
            ("2027-02-28", None),
            ("2027-03-01", Some(30)),
            ("2027-03-23", Some(30)),
            ("2027-03-24", Some(7)),
            ("2027-03-31", Some(7)),
            ("2027-04-01", None),
        ] {
            assert_eq!(reminder.due(&calendar, end, since, day(today)), due, "{today}");
        }
    }

    #[test]
    fn what_can_be_done_from_a_day_on_is_said_later_too() {
        let (calendar, mut reminder) = (calendar(), reminder(&[0], DayUnit::CalendarDay));
        let (from, since) = (day("2027-03-31"), day("2026-03-31"));
        assert_eq!(reminder.due(&calendar, from, since, day("2027-04-02")), None);
        reminder.from_then_on = true;
        for (today, due) in
            [("2027-03-30", None), ("2027-04-02", Some(0)), ("2027-05-30", Some(0)), ("2027-05-31", None)]
        {
            assert_eq!(reminder.due(&calendar, from, since, day(today)), due, "{today}");
            assert_eq!(Reminder::still_due_from(day(today)) <= from, day(today) <= day("2027-05-30"));
        }
    }

    #[test]
    fn what_became_known_late_is_not_said_at_once() {
        let (calendar, reminder) = (calendar(), reminder(&[30, 7], DayUnit::CalendarDay));
        let end = day("2027-03-31");
        assert_eq!(reminder.due(&calendar, end, day("2027-03-10"), day("2027-03-10")), None);
        assert_eq!(reminder.due(&calendar, end, day("2027-03-10"), day("2027-03-24")), Some(7));
        // Booked today for tomorrow: nobody has forgotten it yet.
        assert_eq!(reminder.due(&calendar, end, day("2027-03-24"), day("2027-03-24")), None);
    }

    #[test]
    fn days_are_counted_back_through_leap_years_and_months_of_all_lengths() {
        let (calendar, reminder) = (calendar(), reminder(&[30], DayUnit::CalendarDay));
        for (end, on) in [
            ("2028-03-01", "2028-01-31"),
            ("2027-03-01", "2027-01-30"),
            ("2028-02-29", "2028-01-30"),
            ("2027-01-15", "2026-12-16"),
        ] {
            assert_eq!(reminder.send_on(&calendar, day(end), 30), day(on), "{end}");
            assert!(reminder.horizon(day(on)) >= day(end));
        }
    }

    #[test]
    fn working_days_are_counted_back_over_holidays_and_make_up_days() {
        let (calendar, reminder) = (calendar(), reminder(&[3, 1, 0], DayUnit::WorkingDay));
        let end = day("2026-10-08");
        assert_eq!(reminder.send_on(&calendar, end, 0), end);
        assert_eq!(reminder.send_on(&calendar, end, 1), day("2026-09-30"));
        assert_eq!(reminder.send_on(&calendar, end, 3), day("2026-09-28"));
        // Saturday the 10th is worked.
        assert_eq!(reminder.send_on(&calendar, day("2026-10-12"), 1), day("2026-10-10"));
        assert!(reminder.horizon(day("2026-09-28")) >= end);
        assert_eq!(reminder.first_on(&calendar, end), day("2026-09-28"));
    }

    #[test]
    fn a_day_of_the_year_is_the_last_of_a_shorter_month() {
        let leap = DayOfYear { month: 2, day: 29 };
        assert_eq!(leap.on_or_after(day("2027-01-01")), Some(day("2027-02-28")));
        assert_eq!(leap.on_or_after(day("2027-03-01")), Some(day("2028-02-29")));
        let march = DayOfYear { month: 3, day: 31 };
        assert_eq!(march.on_or_after(day("2027-03-31")), Some(day("2027-03-31")));
        assert_eq!(march.on_or_after(day("2027-04-01")), Some(day("2028-03-31")));
        assert_eq!(DayOfYear::of(day("2024-02-29")), leap);
        assert_eq!(DayOfYear { month: 13, day: 1 }.on_or_after(day("2027-04-01")), None);
    }

    #[test]
    fn the_day_is_put_into_the_words() {
        let (title, body) = reminder(&[1], DayUnit::CalendarDay).said(&LocalText::new("3月31日", "31 March"));
        assert_eq!((title.zh.as_str(), body.en.as_str()), ("3月31日 到期", "Please renew it by 31 March"));
    }

    #[test]
    fn definitions_read_as_authors_write_them() {
        let read = |text: &str| serde_json::from_str::<ReminderDay>(text).unwrap();
        assert_eq!(read(r#""end""#), ReminderDay::End);
        assert_eq!(
            read(r#"{"yearly": {"month": 3, "day": 31}}"#),
            ReminderDay::Yearly(DayOfYear { month: 3, day: 31 })
        );
        assert_eq!(read(r#"{"day": "answers.slot_day"}"#), ReminderDay::Day(Expr("answers.slot_day".to_owned())));
    }
}
