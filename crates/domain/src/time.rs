//! Instants and days as they are stored and sent: RFC 3339 on the wire, milliseconds in a database.

use jiff::{civil, tz::TimeZone};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// An instant, to the millisecond. On the wire an RFC 3339 string in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(transparent)]
#[ts(export, type = "string")]
#[schema(value_type = String, format = "date-time")]
pub struct Timestamp(jiff::Timestamp);

impl Timestamp {
    /// From milliseconds since 1970; out-of-range values are clamped to the representable range.
    #[must_use]
    pub fn from_millis(ms: i64) -> Self {
        let clamped = ms.clamp(jiff::Timestamp::MIN.as_millisecond(), jiff::Timestamp::MAX.as_millisecond());
        Self(jiff::Timestamp::from_millisecond(clamped).unwrap_or(jiff::Timestamp::UNIX_EPOCH))
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub fn millis(self) -> i64 {
        self.0.as_millisecond()
    }

    /// Whole seconds since 1970, as tokens carry them.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.0.as_second()
    }

    /// This instant moved by a number of milliseconds.
    #[must_use]
    pub fn plus_millis(self, ms: i64) -> Self {
        Self::from_millis(self.millis().saturating_add(ms))
    }

    /// The calendar day in the city (Asia/Shanghai; China keeps one zone, UTC+8 without summer time).
    #[must_use]
    pub fn city_date(self) -> Date {
        Date(city_zone().to_datetime(self.0).date())
    }

    /// The wall-clock time in the city, hour and minute.
    #[must_use]
    pub fn city_hour_minute(self) -> (i8, i8) {
        let local = city_zone().to_datetime(self.0);
        (local.hour(), local.minute())
    }

    /// A moment of a day by the city's clock, in minutes since midnight.
    #[must_use]
    pub fn in_city(day: Date, minutes: u16) -> Self {
        let midnight = city_zone().to_timestamp(day.0.at(0, 0, 0, 0)).map_or(0, jiff::Timestamp::as_millisecond);
        Self::from_millis(midnight.saturating_add(i64::from(minutes) * 60_000))
    }

    /// The underlying jiff value, for callers that format.
    #[must_use]
    pub fn inner(self) -> jiff::Timestamp {
        self.0
    }
}

fn city_zone() -> TimeZone {
    TimeZone::fixed(jiff::tz::offset(8))
}

/// A calendar day, `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(transparent)]
#[ts(export, type = "string")]
#[schema(value_type = String, format = "date")]
pub struct Date(pub civil::Date);

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for Date {
    type Err = jiff::Error;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        s.parse().map(Self)
    }
}
