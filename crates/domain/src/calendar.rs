//! Working days and the clocks of a case.
//!
//! Counting follows domain.md §3.2: the day of the event is day 0, only following days count. Years
//! without a published notice fall back to Monday–Friday; their data says `provisional`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{ToSpan as _, civil::Weekday};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::time::Date;

/// One year of the holiday notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct CalendarYear {
    /// Year.
    pub year: i16,
    /// Number of the notice; absent when only the statutory days are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub notice: Option<String>,
    /// True when no notice was published yet.
    #[serde(default)]
    pub provisional: bool,
    /// Days off that would be workdays or fall on weekends.
    pub off: Vec<Date>,
    /// 调休: weekend days on which people work.
    pub work: Vec<Date>,
}

/// Which days people work on, over all years of the pack.
#[derive(Debug, Clone, Default)]
pub struct WorkCalendar {
    off: BTreeSet<Date>,
    work: BTreeSet<Date>,
    provisional: BTreeMap<i16, bool>,
}

impl WorkCalendar {
    /// Gathers the years of a pack.
    #[must_use]
    pub fn new(years: &[CalendarYear]) -> Self {
        let mut calendar = Self::default();
        for year in years {
            calendar.off.extend(year.off.iter().copied());
            calendar.work.extend(year.work.iter().copied());
            calendar.provisional.insert(year.year, year.provisional);
        }
        calendar
    }

    /// Whether people work on that day.
    #[must_use]
    pub fn is_workday(&self, day: Date) -> bool {
        if self.work.contains(&day) {
            return true;
        }
        let weekend = matches!(day.0.weekday(), Weekday::Saturday | Weekday::Sunday);
        !weekend && !self.off.contains(&day)
    }

    /// True when the year of that day has no published notice, so that its days may still move.
    #[must_use]
    pub fn is_provisional(&self, day: Date) -> bool {
        self.provisional.get(&day.0.year()).copied().unwrap_or(true)
    }

    /// The day `n` workdays after `day`; `day` itself is day 0. Zero gives `day`.
    #[must_use]
    pub fn workdays_after(&self, day: Date, n: u16) -> Date {
        let mut current = day;
        let mut left = n;
        while left > 0 {
            let Some(next) = day_after(current) else { break };
            current = next;
            if self.is_workday(current) {
                left -= 1;
            }
        }
        current
    }

    /// The day `n` workdays before `day`; `day` itself is day 0. Zero gives `day`.
    #[must_use]
    pub fn workdays_before(&self, day: Date, n: u16) -> Date {
        let mut current = day;
        let mut left = n;
        while left > 0 {
            let Ok(before) = current.0.yesterday() else { break };
            current = Date(before);
            left -= u16::from(self.is_workday(current));
        }
        current
    }

    /// Workdays in `(from, to]`; negative when `to` lies before `from`.
    #[must_use]
    pub fn workdays_between(&self, from: Date, to: Date) -> i32 {
        if to < from {
            return -self.workdays_between(to, from);
        }
        let mut count = 0;
        let mut current = from;
        while current < to {
            let Some(next) = day_after(current) else { break };
            current = next;
            count += i32::from(self.is_workday(current));
        }
        count
    }

    /// The first workday on or after `day` (a period in calendar days that ends on a rest day moves on).
    #[must_use]
    pub fn on_or_after(&self, day: Date) -> Date {
        let mut current = day;
        while !self.is_workday(current) {
            let Some(next) = day_after(current) else { break };
            current = next;
        }
        current
    }

    /// The end of a period of calendar days, moved to the next workday when it falls on a rest day.
    #[must_use]
    pub fn calendar_days_after(&self, day: Date, n: u16) -> Date {
        let end = day.0.checked_add(i32::from(n).days()).unwrap_or(jiff::civil::Date::MAX);
        self.on_or_after(Date(end))
    }
}

fn day_after(day: Date) -> Option<Date> {
    day.0.tomorrow().ok().map(Date)
}

/// A stretch in which a clock stood still: `[from, to)`; without `to` it still stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Pause {
    /// First day that does not count.
    pub from: Date,
    /// Day on which it ran again, which counts.
    pub to: Option<Date>,
}

/// A period in working days with its pauses. Everything is recomputed from the intervals each time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Span {
    /// Day of the event; day 0.
    pub from: Date,
    /// Working days allowed.
    pub days: u16,
    /// When it stood still; may overlap.
    #[serde(default)]
    pub pauses: Vec<Pause>,
}

impl Span {
    /// A span without pauses.
    #[must_use]
    pub fn new(from: Date, days: u16) -> Self {
        Self { from, days, pauses: Vec::new() }
    }

    /// Whether it stands still on that day.
    #[must_use]
    pub fn is_paused(&self, day: Date) -> bool {
        self.pauses.iter().any(|pause| pause.from <= day && pause.to.is_none_or(|to| day < to))
    }

    /// The due day, pauses left out. While a pause is open the days after its start are counted as
    /// if it ended at once: the earliest day on which it can be due.
    #[must_use]
    pub fn due(&self, calendar: &WorkCalendar) -> Date {
        let mut current = self.from;
        let mut left = self.days;
        while left > 0 {
            let Some(next) = day_after(current) else { break };
            current = next;
            if calendar.is_workday(current) && !self.in_closed_pause(current) {
                left -= 1;
            }
        }
        current
    }

    /// The due day as seen on `today`: an open pause lasts at least until today.
    #[must_use]
    pub fn due_seen_on(&self, calendar: &WorkCalendar, today: Date) -> Date {
        let mut seen = self.clone();
        for pause in &mut seen.pauses {
            if pause.to.is_none() && pause.from <= today {
                pause.to = Some(today);
            }
        }
        seen.due(calendar)
    }

    /// Working days used up to and including `today`; days of pauses do not count.
    #[must_use]
    pub fn used(&self, calendar: &WorkCalendar, today: Date) -> u16 {
        let mut used = 0u16;
        let mut current = self.from;
        while current < today {
            let Some(next) = day_after(current) else { break };
            current = next;
            if calendar.is_workday(current) && !self.is_paused(current) {
                used = used.saturating_add(1);
            }
        }
        used
    }

    /// Working days left; negative when over.
    #[must_use]
    pub fn left(&self, calendar: &WorkCalendar, today: Date) -> i32 {
        i32::from(self.days) - i32::from(self.used(calendar, today))
    }

    fn in_closed_pause(&self, day: Date) -> bool {
        self.pauses.iter().any(|pause| pause.from <= day && pause.to.is_some_and(|to| day < to))
    }
}

#[cfg(test)]
mod tests;
