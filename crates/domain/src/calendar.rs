//! Working days and the clocks of a case.

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
