//! Where the whole stands, told from its parts alone (domain.md §5.8).

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::case::CaseStatus;

/// What the whole needs to know of one part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneStanding<'a> {
    /// Item of the part.
    pub item: &'a str,
    /// Parts of this application that come before it.
    pub after: &'a [String],
    /// Its case; absent while it has none.
    pub status: Option<CaseStatus>,
    /// It was taken back before it had a case.
    pub dropped: bool,
}

/// What may become of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum PartOutlook {
    /// It has a case of its own.
    Open,
    /// It can be opened now: whatever comes before it is granted.
    Ready,
    /// 还不能办：先有…
    Waiting,
    /// What comes before it ended without a grant; it cannot be opened any more.
    Barred,
    /// Taken back before it had a case.
    Dropped,
}

/// What may become of one part, given all of them. A part that comes before and is not needed here does
/// not hold anything up.
#[must_use]
pub fn outlook(lanes: &[LaneStanding<'_>], item: &str) -> PartOutlook {
    let Some(lane) = lanes.iter().find(|lane| lane.item == item) else { return PartOutlook::Barred };
    if lane.status.is_some() {
        return PartOutlook::Open;
    }
    if lane.dropped {
        return PartOutlook::Dropped;
    }
    let before = || lanes.iter().filter(|other| lane.after.iter().any(|code| code == other.item));
    let over = |other: &LaneStanding<'_>| match other.status {
        Some(status) => status.is_final() && !granted(status),
        None => matches!(outlook(lanes, other.item), PartOutlook::Barred | PartOutlook::Dropped),
    };
    if before().any(over) {
        PartOutlook::Barred
    } else if before().all(|other| other.status.is_some_and(granted)) {
        PartOutlook::Ready
    } else {
        PartOutlook::Waiting
    }
}

fn granted(status: CaseStatus) -> bool {
    matches!(status, CaseStatus::Granted | CaseStatus::Closed)
}

/// The status of the whole. It ends when every part has ended, and well if any part was granted: a
/// refusal of one never undoes another.
#[must_use]
pub fn standing(lanes: &[LaneStanding<'_>]) -> CaseStatus {
    use CaseStatus as S;
    let has = |status: S| lanes.iter().any(|lane| lane.status == Some(status));
    let ended = |lane: &LaneStanding<'_>| match lane.status {
        Some(status) => status.is_final(),
        None => matches!(outlook(lanes, lane.item), PartOutlook::Barred | PartOutlook::Dropped),
    };
    if lanes.iter().all(ended) {
        let ends = [S::Closed, S::Refused, S::NotAccepted, S::Terminated];
        return ends.into_iter().find(|status| has(*status)).unwrap_or(S::Withdrawn);
    }
    if has(S::CorrectionRequested) {
        return S::CorrectionRequested;
    }
    let open = || lanes.iter().filter(|lane| !ended(lane)).filter_map(|lane| lane.status);
    if open().next().is_some() && open().all(|status| status == S::Suspended) {
        return S::Suspended;
    }
    if [S::UnderReview, S::AwaitingPayment, S::Granted, S::Closed, S::Suspended, S::Publicised].into_iter().any(has) {
        return S::UnderReview;
    }
    if has(S::Accepted) { S::Accepted } else { S::Submitted }
}
