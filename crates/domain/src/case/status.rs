//! Statuses and events of a case (domain.md §3.1).

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// Where a case stands. `Draft` lives on the device only and is not a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum CaseStatus {
    /// 已提交: the acceptance clock runs.
    Submitted,
    /// 待补正: once, everything; the clock of the phase it was asked in stands still.
    CorrectionRequested,
    /// 不予受理.
    NotAccepted,
    /// 已受理, before the first review.
    Accepted,
    /// 审查.
    UnderReview,
    /// 特别程序: both clocks stand still (行政许可法 §45).
    Suspended,
    /// 公示: the public may object; the promise stands still.
    Publicised,
    /// 待缴费: the applicant has to pay; the clock stands still.
    AwaitingPayment,
    /// 准予.
    Granted,
    /// 不予.
    Refused,
    /// 撤回 by the applicant.
    Withdrawn,
    /// 终止 by the office.
    Terminated,
    /// 办结: granted and delivered.
    Closed,
}

impl CaseStatus {
    /// Every status, for table tests and filters.
    pub const ALL: [Self; 13] = [
        Self::Submitted,
        Self::CorrectionRequested,
        Self::NotAccepted,
        Self::Accepted,
        Self::UnderReview,
        Self::Suspended,
        Self::Publicised,
        Self::AwaitingPayment,
        Self::Granted,
        Self::Refused,
        Self::Withdrawn,
        Self::Terminated,
        Self::Closed,
    ];

    /// Nothing can happen to it any more.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::NotAccepted | Self::Refused | Self::Withdrawn | Self::Terminated | Self::Closed)
    }

    /// Under way: it can still be withdrawn or ended.
    #[must_use]
    pub fn is_running(self) -> bool {
        !self.is_final() && self != Self::Granted
    }

    /// The text stored in databases and events.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::CorrectionRequested => "correction_requested",
            Self::NotAccepted => "not_accepted",
            Self::Accepted => "accepted",
            Self::UnderReview => "under_review",
            Self::Suspended => "suspended",
            Self::Publicised => "publicised",
            Self::AwaitingPayment => "awaiting_payment",
            Self::Granted => "granted",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Terminated => "terminated",
            Self::Closed => "closed",
        }
    }

    /// Reads the stored text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

/// What can happen to a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum CaseEventKind {
    /// 受理, by an officer, by the rules of an instant item, or deemed after five days of silence.
    Accept,
    /// An officer takes it up for review.
    StartReview,
    /// 补正告知. Allowed once in the life of a case.
    RequestCorrection,
    /// The applicant hands the corrections in.
    Correct,
    /// 不予受理.
    NotAccept,
    /// One step passed, the next department takes over.
    PassStep,
    /// 特别程序 begins.
    Suspend,
    /// 特别程序 ends.
    Resume,
    /// 准予.
    Grant,
    /// 不予.
    Refuse,
    /// 撤回.
    Withdraw,
    /// 终止.
    Terminate,
    /// Result delivered.
    Close,
    /// The charge was paid.
    Pay,
    /// The charge was not paid in time.
    Abandon,
    /// Somebody objects during the publicity period.
    Object,
    /// An objection is dismissed with reasons.
    Dismiss,
    /// An objection is upheld: the case goes back to review.
    Uphold,
    /// The publicity period is over without an open objection.
    EndPublicity,
    /// The office has seen everything but the materials that were promised for later.
    AwaitPromised,
    /// The applicant hands in what was promised for later (容缺后补).
    Supply,
    /// What was promised for later did not come in time.
    Lapse,
}

impl CaseEventKind {
    /// Every event, for table tests.
    pub const ALL: [Self; 22] = [
        Self::Accept,
        Self::StartReview,
        Self::RequestCorrection,
        Self::Correct,
        Self::NotAccept,
        Self::PassStep,
        Self::Suspend,
        Self::Resume,
        Self::Grant,
        Self::Refuse,
        Self::Withdraw,
        Self::Terminate,
        Self::Close,
        Self::Pay,
        Self::Abandon,
        Self::Object,
        Self::Dismiss,
        Self::Uphold,
        Self::EndPublicity,
        Self::AwaitPromised,
        Self::Supply,
        Self::Lapse,
    ];
}
