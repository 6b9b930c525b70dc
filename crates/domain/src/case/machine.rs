//! The machine of a case: `(state, event) -> (state, effects)` or a typed error.

use serde::{Deserialize, Serialize};

use super::{CaseEventKind, CaseStatus, ClockKind, Skipped, Way};
use crate::workflow::{ChargeWhen, Workflow};

/// Everything the machine needs to know of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseState {
    /// Standing.
    pub status: CaseStatus,
    /// Index of the workflow step that has the case.
    pub step: u16,
    /// How many steps the workflow has; at least one.
    pub steps: u16,
    /// Steps of the workflow that this case does not take. Follows from its way and is not kept beside it.
    #[serde(skip)]
    pub skipped: Skipped,
    /// A correction was asked for already; it is asked once in the life of a case.
    pub correction_used: bool,
    /// A rule of the item lets the office ask for it after acceptance too. Follows from the item and is not kept.
    #[serde(skip)]
    pub correction_in_review: bool,
    /// While a correction, a special procedure or a charge holds the case: where it goes back to.
    pub back_to: Option<CaseStatus>,
    /// What the applicant has to pay, and whether that was done.
    #[serde(default)]
    pub charge: ChargeState,
    /// Index of the step that is a publicity period, if the workflow has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publicity: Option<u16>,
    /// Objections that wait for an answer.
    #[serde(default, skip_serializing_if = "is_none")]
    pub objections: u16,
    /// Materials that were promised for later (容缺后补, domain.md §3.4) and have not come.
    #[serde(default, skip_serializing_if = "is_none")]
    pub promised: u16,
    /// Suspended because the office waits for them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub awaits_promised: bool,
}

impl CaseState {
    /// The state with what follows from the item and the way of its case.
    #[must_use]
    pub fn under(self, workflow: &Workflow, way: &Way) -> Self {
        Self { skipped: way.skipped(), correction_in_review: workflow.correction_in_review.is_some(), ..self }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_none(count: &u16) -> bool {
    *count == 0
}

/// Where the charge of a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChargeState {
    /// Nothing is charged.
    #[default]
    None,
    /// To be paid after acceptance, before the review.
    BeforeReview,
    /// To be paid after the grant, before the result is made.
    AfterGrant,
    /// Paid.
    Paid,
}

impl From<Option<ChargeWhen>> for ChargeState {
    fn from(when: Option<ChargeWhen>) -> Self {
        match when {
            None => Self::None,
            Some(ChargeWhen::BeforeReview) => Self::BeforeReview,
            Some(ChargeWhen::AfterGrant) => Self::AfterGrant,
        }
    }
}

/// What can happen to a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
pub enum CaseEvent {
    /// 受理.
    Accept {
        /// Who accepted.
        by: AcceptedBy,
    },
    /// An officer takes it up for review.
    StartReview,
    /// 补正告知. Once in the life of a case.
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
    Grant {
        /// True when the rules decided (秒批); only from `Accepted`.
        automatic: bool,
    },
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
    /// The charge was not paid in time: the application counts as given up.
    Abandon,
    /// 异议: somebody objects during the publicity period.
    Object,
    /// An objection is dismissed with reasons.
    Dismiss,
    /// An objection is upheld; what else was objected goes with it.
    Uphold,
    /// The publicity period is over.
    EndPublicity,
    /// The office waits for the promised materials: its clock stands still.
    AwaitPromised,
    /// 补交: promised materials came.
    Supply {
        /// How many promised ones are still to come.
        open: u16,
    },
    /// What was promised did not come in time: the case has failed.
    Lapse,
}

/// Who accepted a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AcceptedBy {
    /// An officer.
    Officer,
    /// The rules of an instant item.
    Rules,
    /// Nobody: five working days passed in silence (行政许可法 §32).
    Silence,
}

/// What the platform has to do after a step of the machine, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Effect {
    /// A clock begins.
    StartClock {
        /// Which.
        clock: ClockKind,
    },
    /// A clock stands still.
    PauseClock {
        /// Which.
        clock: ClockKind,
    },
    /// A clock runs on.
    ResumeClock {
        /// Which.
        clock: ClockKind,
    },
    /// A clock ends.
    StopClock {
        /// Which.
        clock: ClockKind,
    },
    /// A task for the department of a step.
    OpenTask {
        /// Index of the step in the workflow.
        step: u16,
    },
    /// The open task is done with.
    CloseTask,
    /// The applicant is told.
    Notify {
        /// Of what.
        notice: CaseNotice,
    },
    /// The charge is asked for.
    Charge,
    /// What was paid goes back.
    Refund,
    /// The public sees the case.
    Publish,
    /// The public sees it no longer.
    Unpublish,
    /// The outputs of the workflow are made.
    Issue,
    /// The result is handed over; `Close` follows once it arrived.
    Deliver,
}

/// What an applicant is told of; the platform's notice kinds carry the same names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseNotice {
    /// Taken.
    Received,
    /// Accepted.
    Accepted,
    /// The applicant must act.
    CorrectionRequested,
    /// Goes on.
    Progress,
    /// Good news.
    Granted,
    /// Refused or not accepted.
    Refused,
    /// Withdrawn or ended.
    Ended,
    /// The applicant must pay.
    PaymentRequested,
    /// The charge was not paid in time.
    Abandoned,
    /// The public sees the case from now on.
    Publicised,
    /// Somebody objected.
    Objected,
    /// The office waits for what the applicant promised.
    AwaitsPromised,
    /// What was promised came.
    Supplied,
    /// It did not come in time.
    Lapsed,
}

/// Why an event is not allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum NotAllowed {
    /// The machine has no such transition.
    #[error("a case that is {} cannot take the event {event:?}", from.as_str())]
    Here {
        /// Where the case stands.
        from: CaseStatus,
        /// What was tried.
        event: CaseEventKind,
    },
    /// A correction was asked for already.
    #[error("a correction was asked for already; it may be asked once, with every point in it")]
    CorrectionUsed,
    /// The time to ask for a correction is before acceptance, and no rule of this item says otherwise.
    #[error("a case that was accepted cannot be sent back for correction: no rule of this service allows it")]
    CorrectionTooLate,
    /// Only the last step decides.
    #[error("step {step} does not decide; the case has to pass to the next department")]
    NotLastStep {
        /// Index of the present step.
        step: u16,
    },
    /// Nobody's objection is open, or one still is.
    #[error("{open} objections wait for an answer")]
    Objections {
        /// How many.
        open: u16,
    },
    /// Promised materials are still to come, or none was promised.
    #[error("{open} promised materials are still to come")]
    Promised {
        /// How many.
        open: u16,
    },
    /// There is no step after this one.
    #[error("step {step} is the last one; it has to be decided")]
    NoNextStep {
        /// Index of the present step.
        step: u16,
    },
}
