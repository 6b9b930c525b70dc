//! The resident's timeline: what happened, who must act, what is still to come and until when.

use serde::{Deserialize, Serialize};

use super::{CaseEvent, CaseState, TimelineEntry, clock::Clocks};
use crate::{calendar::WorkCalendar, item::ServiceItem, pack::Department, time::{Date, Timestamp}};

/// One thing that happened to a case, as the platform stores it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Happening {
    /// What.
    pub event: CaseEvent,
    /// When.
    pub at: Timestamp,
    /// Index of the workflow step that had the case when it happened (before the event).
    pub step: u16,
}

/// What a timeline is made of.
#[derive(Debug, Clone, Copy)]
pub struct Story<'a> {
    /// The item in the version of the case.
    pub item: &'a ServiceItem,
    /// Departments of the pack.
    pub departments: &'a [Department],
    /// When it was sent.
    pub submitted_at: Timestamp,
    /// What happened since, in order.
    pub happenings: &'a [Happening],
    /// Where it stands.
    pub state: &'a CaseState,
    /// Its clocks.
    pub clocks: &'a Clocks,
}

/// Builds the timeline as it is read on `today`.
#[must_use]
pub fn build(story: &Story<'_>, calendar: &WorkCalendar, today: Date) -> Vec<TimelineEntry> {
    let _ = (story, calendar, today);
    Vec::new()
}
