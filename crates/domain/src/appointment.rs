//! 预约 `Appointment`: when an office sees people, which times are open, who may change what until when.
//!
//! Pure: which seats are taken is the platform's knowledge; what the timetable allows is decided here.

use jiff::ToSpan as _;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{
    calendar::WorkCalendar,
    text::LocalText,
    time::{Date, Timestamp},
};

/// One timetable of appointments.yaml.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Schedule {
    /// Id that form fields name.
    pub id: String,
    /// What one is seen for.
    pub name: LocalText,
    /// Department id of the pack.
    pub department: String,
    /// Where people are seen; every place has the same times.
    pub places: Vec<Place>,
    /// The times.
    pub slots: SlotPlan,
    /// Until how many hours before its start an appointment may be changed or cancelled.
    pub change_until_hours: u16,
    /// Until the end of which day before its own, if that is earlier: `1` is the eve. Absent: the hours alone count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub change_until_days: Option<u16>,
    /// What follows when people do not come.
    pub no_show: NoShow,
}

/// A place of a timetable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Place {
    /// Id inside the timetable.
    pub id: String,
    /// Hall and window.
    pub name: LocalText,
    /// Street address (synthetic in the demo city).
    pub address: LocalText,
    /// Phone with area code.
    pub phone: String,
}

/// The times of a timetable. Either `workdays` or `weekdays` says on which days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct SlotPlan {
    /// First start of a day.
    pub from: ClockTime,
    /// End of the last slot of a day.
    pub to: ClockTime,
    /// Minutes of one slot.
    pub minutes: u16,
    /// Seats of one slot at one place.
    pub capacity: u16,
    /// Open on the working days of the pack's calendars.
    #[serde(default)]
    pub workdays: bool,
    /// Open on these days of the week, 1 is Monday.
    #[serde(default)]
    pub weekdays: Vec<u8>,
    /// Stretches of a day in which nobody is seen.
    #[serde(default)]
    pub breaks: Vec<Break>,
    /// How many calendar days ahead one may choose.
    pub days_ahead: u16,
}

/// A stretch of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Break {
    /// First minute.
    pub from: ClockTime,
    /// Minute after the last.
    pub to: ClockTime,
}

/// After so many missed appointments within so many days nothing can be booked for so many days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct NoShow {
    /// How many.
    pub count: u16,
    /// Within how many calendar days.
    pub within_days: u16,
    /// Days without booking, counted from the last one missed.
    pub block_days: u16,
}

/// A time of day in whole minutes, `HH:MM`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[ts(export, type = "string")]
#[schema(value_type = String)]
pub struct ClockTime(u16);

/// A text that is no time of day, or no start of an appointment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a time; write `HH:MM`, or `YYYY-MM-DDTHH:MM` for a start")]
pub struct NotATime(String);

impl ClockTime {
    /// Minutes since midnight.
    #[must_use]
    pub fn minutes(self) -> u16 {
        self.0
    }

    fn later(self, minutes: u16) -> Option<Self> {
        self.0.checked_add(minutes).filter(|sum| *sum <= 24 * 60).map(Self)
    }
}

impl std::str::FromStr for ClockTime {
    type Err = NotATime;
    fn from_str(text: &str) -> Result<Self, NotATime> {
        let wrong = || NotATime(text.to_owned());
        let (hour, minute) = text.split_once(':').filter(|(h, m)| h.len() == 2 && m.len() == 2).ok_or_else(wrong)?;
        let hour: u16 = hour.parse().map_err(|_| wrong())?;
        let minute: u16 = minute.parse().map_err(|_| wrong())?;
        if hour > 23 || minute > 59 {
            return Err(wrong());
        }
        Ok(Self(hour * 60 + minute))
    }
}

impl TryFrom<String> for ClockTime {
    type Error = NotATime;
    fn try_from(text: String) -> Result<Self, NotATime> {
        text.parse()
    }
}

impl From<ClockTime> for String {
    fn from(time: ClockTime) -> Self {
        time.to_string()
    }
}

impl std::fmt::Display for ClockTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// When an appointment starts, by the city's clock: `YYYY-MM-DDTHH:MM`. Texts sort like the times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(try_from = "String", into = "String")]
#[ts(export, type = "string")]
pub struct SlotStart {
    /// The day.
    pub day: Date,
    /// The time.
    pub time: ClockTime,
}

impl utoipa::PartialSchema for SlotStart {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        <String as utoipa::PartialSchema>::schema()
    }
}

impl ToSchema for SlotStart {}

impl SlotStart {
    /// The instant.
    #[must_use]
    pub fn instant(self) -> Timestamp {
        Timestamp::in_city(self.day, self.time.minutes())
    }
}

impl std::str::FromStr for SlotStart {
    type Err = NotATime;
    fn from_str(text: &str) -> Result<Self, NotATime> {
        let wrong = || NotATime(text.to_owned());
        let (day, time) = text.split_once('T').filter(|(day, _)| day.len() == 10).ok_or_else(wrong)?;
        Ok(Self { day: day.parse().map_err(|_| wrong())?, time: time.parse()? })
    }
}

impl TryFrom<String> for SlotStart {
    type Error = NotATime;
    fn try_from(text: String) -> Result<Self, NotATime> {
        text.parse()
    }
}

impl From<SlotStart> for String {
    fn from(start: SlotStart) -> Self {
        start.to_string()
    }
}

impl std::fmt::Display for SlotStart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}T{}", self.day, self.time)
    }
}

impl SlotPlan {
    /// Starts of an open day, in order.
    #[must_use]
    pub fn times(&self) -> Vec<ClockTime> {
        let mut found = Vec::new();
        let mut start = self.from;
        while let Some(end) = start.later(self.minutes.max(1)).filter(|end| *end <= self.to) {
            if !self.breaks.iter().any(|pause| start < pause.to && pause.from < end) {
                found.push(start);
            }
            start = end;
        }
        found
    }

    /// Whether people are seen on that day.
    #[must_use]
    pub fn open_on(&self, day: Date, calendar: &WorkCalendar) -> bool {
        let weekday = u8::try_from(day.0.weekday().to_monday_one_offset()).unwrap_or_default();
        (self.workdays && calendar.is_workday(day)) || self.weekdays.contains(&weekday)
    }
}

impl Schedule {
    /// A place by its id.
    #[must_use]
    pub fn place(&self, id: &str) -> Option<&Place> {
        self.places.iter().find(|place| place.id == id)
    }

    /// Every start one may choose now, in order: later than now, at most `days_ahead` days ahead.
    #[must_use]
    pub fn starts(&self, calendar: &WorkCalendar, now: Timestamp) -> Vec<SlotStart> {
        let times = self.slots.times();
        let mut found = Vec::new();
        let mut day = now.city_date();
        for _ in 0..=self.slots.days_ahead {
            if self.slots.open_on(day, calendar) {
                let starts = times.iter().map(|time| SlotStart { day, time: *time });
                found.extend(starts.filter(|start| start.instant() > now));
            }
            let Ok(next) = day.0.tomorrow() else { break };
            day = Date(next);
        }
        found
    }

    /// Whether the timetable offers that start now.
    #[must_use]
    pub fn offers(&self, start: SlotStart, calendar: &WorkCalendar, now: Timestamp) -> bool {
        let last = now.city_date().0.checked_add(i32::from(self.slots.days_ahead).days());
        start.instant() > now
            && last.is_ok_and(|last| start.day.0 <= last)
            && self.slots.open_on(start.day, calendar)
            && self.slots.times().contains(&start.time)
    }

    /// The last moment at which an appointment may be changed or cancelled.
    #[must_use]
    pub fn change_until(&self, start: SlotStart) -> Timestamp {
        let by_hours = start.instant().plus_millis(-i64::from(self.change_until_hours) * 3_600_000);
        let eve = |days: u16| {
            let day = start.day.0.checked_sub(i32::from(days.saturating_sub(1)).days()).ok()?;
            Some(Timestamp::in_city(Date(day), 0).plus_millis(-1))
        };
        self.change_until_days.and_then(eve).map_or(by_hours, |eve| eve.min(by_hours))
    }

    /// The first day on which one may book again after missed appointments, if one may not book on `today`.
    /// `missed` holds the days of the appointments nobody came to.
    #[must_use]
    pub fn blocked_until(&self, missed: &[Date], today: Date) -> Option<Date> {
        let rule = self.no_show;
        if rule.count == 0 {
            return None;
        }
        let mut days: Vec<Date> = missed.to_vec();
        days.sort_unstable();
        let free = days.windows(usize::from(rule.count)).filter_map(|window| {
            let (first, last) = (window.first()?, window.last()?);
            let close = (last.0 - first.0).get_days() < i32::from(rule.within_days);
            let free = last.0.checked_add(i32::from(rule.block_days).days()).ok()?;
            close.then_some(Date(free))
        });
        free.max().filter(|free| today < *free)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{calendar, day};

    fn schedule() -> Schedule {
        serde_json::from_value(serde_json::json!({
            "id": "hall", "name": {"zh": "a", "en": "a"}, "department": "office",
            "places": [{"id": "one", "name": {"zh": "a", "en": "a"}, "address": {"zh": "a", "en": "a"}, "phone": "0371-1"}],
            "slots": {"from": "11:00", "to": "15:00", "minutes": 30, "capacity": 1, "workdays": true, "days_ahead": 4,
                      "breaks": [{"from": "12:00", "to": "14:00"}]},
            "change_until_hours": 2, "no_show": {"count": 2, "within_days": 30, "block_days": 10}
        }))
        .expect("a schedule")
    }

    fn start(text: &str) -> SlotStart {
        text.parse().expect("a start")
    }

    #[test]
    fn times_leave_the_break_out() {
        let times: Vec<String> = schedule().slots.times().into_iter().map(String::from).collect();
        assert_eq!(times, ["11:00", "11:30", "14:00", "14:30"]);
    }

    #[test]
    fn only_working_days_later_than_now_are_offered() {
        // Friday 2026-02-13; Saturday the 14th is worked, then the Spring Festival begins.
        let now = start("2026-02-13T14:00").instant();
        let offered: Vec<String> = schedule().starts(&calendar(), now).into_iter().map(String::from).collect();
        assert_eq!(
            offered,
            ["2026-02-13T14:30", "2026-02-14T11:00", "2026-02-14T11:30", "2026-02-14T14:00", "2026-02-14T14:30"]
        );
        for text in offered {
            assert!(schedule().offers(start(&text), &calendar(), now), "{text}");
        }
        for text in ["2026-02-13T14:00", "2026-02-15T11:00", "2026-02-14T12:00", "2026-02-28T11:00"] {
            assert!(!schedule().offers(start(text), &calendar(), now), "{text}");
        }
    }

    #[test]
    fn changes_end_so_many_hours_before() {
        assert_eq!(schedule().change_until(start("2026-03-02T11:00")), start("2026-03-02T09:00").instant());
    }

    #[test]
    fn changes_may_end_with_an_earlier_day() {
        let ends = |hours: u16, days: u16, text: &str| {
            let schedule = Schedule { change_until_hours: hours, change_until_days: Some(days), ..schedule() };
            schedule.change_until(start(text))
        };
        let midnight = |text: &str| start(text).instant().plus_millis(-1);
        assert_eq!(ends(0, 1, "2026-03-02T11:00"), midnight("2026-03-02T00:00"), "until the end of the eve");
        assert_eq!(ends(0, 2, "2026-03-02T11:00"), midnight("2026-03-01T00:00"));
        assert_eq!(ends(24, 1, "2026-03-02T11:00"), start("2026-03-01T11:00").instant(), "whichever is earlier");
    }

    #[test]
    fn missing_twice_within_the_days_blocks_from_the_last_one() {
        let blocked = |days: &[&str], today: &str| {
            let missed: Vec<Date> = days.iter().map(|text| day(text)).collect();
            schedule().blocked_until(&missed, day(today))
        };
        assert_eq!(blocked(&["2026-03-02"], "2026-03-03"), None);
        assert_eq!(blocked(&["2026-03-20", "2026-03-02"], "2026-03-21"), Some(day("2026-03-30")));
        assert_eq!(blocked(&["2026-03-02", "2026-03-20"], "2026-03-30"), None, "the block is over");
        assert_eq!(blocked(&["2026-01-02", "2026-03-20"], "2026-03-21"), None, "too far apart");
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["24:00", "9:00", "09:60", "0900", ""] {
            assert!(text.parse::<ClockTime>().is_err(), "{text}");
        }
        for text in ["2026-02-30T09:00", "2026-02-13 09:00", "2026-02-13T9:00"] {
            assert!(text.parse::<SlotStart>().is_err(), "{text}");
        }
    }
}
