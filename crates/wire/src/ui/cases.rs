//! Cases, receipts, inbox, licences, access log.

use haoban_domain::{
    case::{CaseClock, CaseStatus, CaseView, TimelineState},
    ids::{CaseId, CorrectionId, LicenceId, NoticeId},
    item::ItemCode,
    licence::{Licence, Presentation},
    text::LocalText,
    time::{Date, Timestamp},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{DraftView, OutboxRow};
use crate::http::{AccessEntry, Receipt};

/// Lists cases.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct CaseList {}

/// Cases, those that wait for the resident first, then the latest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CaseListView {
    /// Cases.
    pub cases: Vec<CaseRow>,
    /// Entries of the outbox that will become cases or change them.
    pub outbox: Vec<OutboxRow>,
    /// When the list was last fetched.
    pub synced_at: Option<Timestamp>,
}

/// A case in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CaseRow {
    /// Id.
    pub id: CaseId,
    /// Number.
    pub number: String,
    /// Item.
    pub item_code: ItemCode,
    /// Item name.
    pub item_name: LocalText,
    /// Standing.
    pub status: CaseStatus,
    /// Sentence beneath the rail.
    pub note: LocalText,
    /// Rail: one node per step.
    pub rail: Vec<TimelineState>,
    /// Clock.
    pub clock: Option<CaseClock>,
    /// When it was sent.
    pub submitted_at: Timestamp,
    /// Open correction, if the resident must act.
    pub correction_id: Option<CorrectionId>,
    /// How many points of it.
    pub correction_points: u32,
    /// Materials promised for later that have not come.
    pub promised: u32,
    /// First day by which one of them is due.
    pub promised_by: Option<Date>,
}

impl CaseRow {
    /// The resident has something to do: to correct, to pay, or to hand in what was promised.
    #[must_use]
    pub fn waits_for_applicant(&self) -> bool {
        self.correction_id.is_some() || self.status == CaseStatus::AwaitingPayment || self.promised > 0
    }
}

/// Opens a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct CaseOpen {
    /// Case.
    pub case_id: CaseId,
}

/// A case page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CaseOpened {
    /// The case; absent while it is still in the outbox.
    pub case: Option<CaseView>,
    /// What is still on its way.
    pub outbox: Option<OutboxRow>,
    /// Receipt, verified on this device.
    pub receipt: Option<ReceiptView>,
    /// Licence it produced.
    pub licence: Option<Licence>,
    /// When it was last fetched.
    pub synced_at: Option<Timestamp>,
}

/// A receipt and whether its signature fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReceiptView {
    /// What the platform signed.
    pub receipt: Receipt,
    /// Signature and digests fit what this device sent.
    pub verified: bool,
}

/// Withdraws a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct CaseWithdraw {
    /// Case.
    pub case_id: CaseId,
    /// Reason, may be empty.
    pub reason: String,
}

/// Opens (or goes on with) the correction of a case as a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct CorrectionStart {
    /// Case.
    pub case_id: CaseId,
}

/// Opens (or goes on with) handing in what a case was promised for later, as a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct SupplyStart {
    /// Case.
    pub case_id: CaseId,
}

/// Writes the receipt as PDF.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct ReceiptExport {
    /// Case.
    pub case_id: CaseId,
}

/// Where the PDF lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReceiptExported {
    /// File name, or host-relative address to download (`receipt/<token>`) on a browser host.
    pub place: String,
}

/// Opens the inbox.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct InboxOpen {}

/// Marks messages as read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct InboxRead {
    /// Messages; empty means all.
    pub ids: Vec<NoticeId>,
}

/// The inbox, latest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct InboxView {
    /// Messages.
    pub notices: Vec<NoticeRow>,
    /// Unread.
    pub unread: u32,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct NoticeRow {
    /// The message.
    pub notice: crate::http::Notice,
    /// Read on this device.
    pub read: bool,
}

/// Lists licences.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct LicenceList {}

/// Licences held, sealed on the device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LicenceListView {
    /// Licences.
    pub licences: Vec<Licence>,
    /// When they were last fetched.
    pub synced_at: Option<Timestamp>,
}

/// Shows a licence (亮证). Needs the platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct LicencePresent {
    /// Licence.
    pub licence_id: LicenceId,
}

/// A showing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LicencePresented {
    /// Licence.
    pub licence: Licence,
    /// Code.
    pub presentation: Presentation,
    /// QR modules, row by row, `1` dark; width² characters.
    pub qr: String,
    /// Modules per side.
    pub qr_width: u32,
}

/// Opens "谁看过我的信息".
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct AccessLogOpen {}

/// Who looked at my data, latest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AccessLogView {
    /// Entries.
    pub entries: Vec<AccessEntry>,
    /// When fetched; absent when never.
    pub synced_at: Option<Timestamp>,
}

/// Marker so that generated clients see that a correction is edited like a draft.
pub type CorrectionDraft = DraftView;
