//! The kinds of work, and who does each.

use std::str::FromStr as _;

use haoban_domain::ids::{CaseId, UploadId};

use super::Outcome;
use crate::{AppState, Result, identity, licences, materials, publicity, reminders, workflow};

/// What a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobKind {
    /// A case is accepted by law after five working days of silence. Subject: case.
    DeemedAcceptance,
    /// A correction was not answered in time. Subject: case.
    CorrectionOverdue,
    /// A payment order is handed to the gateway. Subject: case.
    SettlePayment,
    /// A paid charge of a failed case is given back. Subject: case.
    RefundCharge,
    /// The applicant is reminded of a charge. Subject: case.
    ChargeReminder,
    /// A charge was not paid in time. Subject: case.
    ChargeOverdue,
    /// The applicant is reminded of promised materials. Subject: case.
    PromiseReminder,
    /// Promised materials did not come in time. Subject: case.
    PromiseLapsed,
    /// A publicity period is over. Subject: case.
    PublicityOver,
    /// A file that waits for the virus scanner is looked at again. Subject: upload.
    ScanUpload,
    /// The bytes of a forgotten upload are removed. Subject: upload.
    DropFile,
    /// Reminders that are due today go out, and proofs renew by themselves. Subject: `all`.
    SendReminders,
    /// Uploads that nobody used are forgotten. Subject: `all`.
    SweepUploads,
    /// Codes of presentations that ended are forgotten. Subject: `all`.
    SweepPresentations,
    /// Sessions, codes and messages that are over are forgotten. Subject: `all`.
    SweepSessions,
}

impl JobKind {
    /// Every kind.
    pub const ALL: [Self; 15] = [
        Self::DeemedAcceptance,
        Self::CorrectionOverdue,
        Self::SettlePayment,
        Self::RefundCharge,
        Self::ChargeReminder,
        Self::ChargeOverdue,
        Self::PromiseReminder,
        Self::PromiseLapsed,
        Self::PublicityOver,
        Self::ScanUpload,
        Self::DropFile,
        Self::SendReminders,
        Self::SweepUploads,
        Self::SweepPresentations,
        Self::SweepSessions,
    ];
    /// Those that come again by themselves; the worker puts them at its start.
    pub(super) const RECURRING: [Self; 4] =
        [Self::SendReminders, Self::SweepUploads, Self::SweepPresentations, Self::SweepSessions];

    /// The stored text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DeemedAcceptance => "deemed_acceptance",
            Self::CorrectionOverdue => "correction_overdue",
            Self::SettlePayment => "settle_payment",
            Self::RefundCharge => "refund_charge",
            Self::ChargeReminder => "charge_reminder",
            Self::ChargeOverdue => "charge_overdue",
            Self::PromiseReminder => "promise_reminder",
            Self::PromiseLapsed => "promise_lapsed",
            Self::PublicityOver => "publicity_over",
            Self::ScanUpload => "scan_upload",
            Self::DropFile => "drop_file",
            Self::SendReminders => "send_reminders",
            Self::SweepUploads => "sweep_uploads",
            Self::SweepPresentations => "sweep_presentations",
            Self::SweepSessions => "sweep_sessions",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Does the work.
    pub(super) async fn work(self, state: &AppState, subject: &str) -> Result<Outcome> {
        const HOUR: i64 = 3_600_000;
        match self {
            Self::DeemedAcceptance => workflow::accept_by_silence(state, CaseId::from_str(subject)?).await,
            Self::CorrectionOverdue => workflow::end_unanswered(state, CaseId::from_str(subject)?).await,
            Self::SettlePayment => workflow::settle_payment(state, CaseId::from_str(subject)?).await,
            Self::RefundCharge => workflow::refund(state, CaseId::from_str(subject)?).await,
            Self::ChargeReminder => workflow::remind(state, CaseId::from_str(subject)?).await,
            Self::ChargeOverdue => workflow::abandon(state, CaseId::from_str(subject)?).await,
            Self::PromiseReminder => workflow::remind_of_promise(state, CaseId::from_str(subject)?).await,
            Self::PromiseLapsed => workflow::lapse(state, CaseId::from_str(subject)?).await,
            Self::PublicityOver => publicity::end_when_over(state, CaseId::from_str(subject)?).await,
            Self::ScanUpload => materials::scan_again(state, UploadId::from_str(subject)?).await,
            Self::DropFile => {
                materials::drop_file(state, UploadId::from_str(subject)?).await?;
                Ok(Outcome::Done)
            }
            Self::SendReminders => reminders::send(state).await,
            Self::SweepUploads => {
                materials::sweep(state).await?;
                Ok(Outcome::Again(state.clock.now().plus_millis(HOUR)))
            }
            Self::SweepPresentations => {
                licences::sweep(state).await?;
                Ok(Outcome::Again(state.clock.now().plus_millis(HOUR)))
            }
            Self::SweepSessions => {
                identity::sweep(state).await?;
                Ok(Outcome::Again(state.clock.now().plus_millis(HOUR)))
            }
        }
    }
}
