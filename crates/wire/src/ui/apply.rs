//! Drafts, materials, check, submit, outbox.

use std::collections::BTreeMap;

use haoban_domain::{
    appointment::Schedule,
    case::CorrectionNotice,
    form::{Answers, Collisions, FieldId, Form, FormState},
    ids::{CaseId, DraftId, FileId, LicenceId, OutboxId},
    item::ItemCode,
    licence::Licence,
    material::{FileKind, MaterialChoice, MaterialRule},
    pack::Region,
    text::LocalText,
    time::{Date, Timestamp},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Starts a new draft.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct DraftStart {
    /// Item.
    pub code: ItemCode,
    /// Answers to begin with, e.g. those of the calculator.
    #[ts(type = "Record<string, unknown>", optional)]
    #[serde(default)]
    pub answers: Option<Answers>,
}

/// Opens a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct DraftOpen {
    /// Draft.
    pub draft_id: DraftId,
}

/// A draft, whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DraftView {
    /// Id.
    pub id: DraftId,
    /// Item.
    pub item_code: ItemCode,
    /// Version the draft is filled against.
    pub item_version: u32,
    /// Item name.
    pub item_name: LocalText,
    /// The resident's own name for it, if any.
    pub name: Option<String>,
    /// Grows with every save.
    pub revision: u64,
    /// Definition of the form.
    pub form: Form,
    /// Typed answers (hidden ones included).
    #[ts(type = "Record<string, unknown>")]
    pub answers: Answers,
    /// What the evaluator says.
    pub state: FormState,
    /// Material lines of the item.
    pub materials: Vec<MaterialRule>,
    /// How slots are filled.
    pub choices: BTreeMap<String, MaterialChoice>,
    /// Files attached.
    pub files: Vec<AttachedFile>,
    /// Licences the holder has that the item could use.
    pub licences: Vec<Licence>,
    /// Questions answered differently on another device; each waits for a choice.
    pub collisions: Collisions,
    /// Slots with files on another device that must be attached here anew.
    pub elsewhere: Vec<String>,
    /// Page last worked on.
    pub page: Option<String>,
    /// When it was last saved on this device.
    pub saved_at: Timestamp,
    /// Frozen drafts are on their way and cannot be edited.
    pub frozen: bool,
    /// What changed when the service's version changed; shown once.
    pub upgrade: Option<UpgradeNote>,
    /// For a correction: the notice and the case; only its targets may be changed.
    pub correction: Option<CorrectionContext>,
    /// Whether sending needs a sign-in first.
    pub needs_sign_in: bool,
    /// Regions of the pack, parents before children; only when the form asks for an address.
    pub regions: Vec<Region>,
    /// Timetables that the form's appointments are chosen from.
    #[serde(default)]
    pub schedules: Vec<Schedule>,
    /// Minutes that filling the whole form takes, as the guide says.
    pub minutes: u8,
    /// Department that will get it, in words.
    pub department: LocalText,
}

/// What a new version of the service did to a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct UpgradeNote {
    /// Version before.
    pub from: u32,
    /// Version now.
    pub to: u32,
    /// Labels of new questions.
    pub added: Vec<LocalText>,
    /// Labels of questions that are gone.
    pub removed: Vec<LocalText>,
    /// Labels of questions whose answer must be looked at again.
    pub review: Vec<LocalText>,
}

/// Why a case is opened again as a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum CorrectionCause {
    /// The office asked for corrections.
    #[default]
    Notice,
    /// Materials were promised for later (容缺后补); the points are those promises.
    Promise,
}

/// A correction in progress.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CorrectionContext {
    /// The case.
    pub case_id: CaseId,
    /// Its number.
    pub case_number: String,
    /// Who asked for it.
    pub cause: CorrectionCause,
    /// The notice.
    pub notice: CorrectionNotice,
    /// Targets already settled in this draft.
    pub settled: Vec<String>,
}

/// A file in a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AttachedFile {
    /// Id.
    pub id: FileId,
    /// Slot.
    pub slot: String,
    /// Name as the resident knows it.
    pub name: String,
    /// Kind by content, after clean-up.
    pub kind: FileKind,
    /// Bytes that will be sent.
    pub bytes: u64,
    /// Bytes it had before downscaling.
    pub original_bytes: u64,
    /// Pages (1 for pictures).
    pub pages: u16,
    /// Whether place and time data were removed.
    pub metadata_removed: bool,
    /// Address of a small picture of it, host-relative (`thumb/<id>`); absent for kinds without one.
    pub thumb: Option<String>,
    /// SHA-256 in hex.
    pub sha256: String,
}

/// Saves changed answers. One call a frame at most.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct DraftSave {
    /// Draft.
    pub draft_id: DraftId,
    /// Revision the change is made on.
    pub revision: u64,
    /// Changed fields; `null` clears.
    #[ts(type = "Record<string, unknown>")]
    pub changes: BTreeMap<FieldId, Option<serde_json::Value>>,
    /// Page worked on.
    #[ts(optional)]
    #[serde(default)]
    pub page: Option<String>,
}

/// Acknowledges a save: it is on disk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DraftSaved {
    /// New revision.
    pub revision: u64,
    /// New state.
    pub state: FormState,
    /// When.
    pub saved_at: Timestamp,
}

/// Lists drafts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct DraftList {}

/// Drafts, latest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DraftListView {
    /// Drafts.
    pub drafts: Vec<DraftRow>,
    /// Deleted less than 30 days ago; can be restored.
    pub deleted: Vec<DraftRow>,
    /// Sent on another device in the last 30 days.
    pub sent_elsewhere: Vec<DraftRow>,
}

/// A draft in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DraftRow {
    /// Id.
    pub id: DraftId,
    /// Item.
    pub item_code: ItemCode,
    /// Item name.
    pub item_name: LocalText,
    /// Own name.
    pub name: Option<String>,
    /// Icon.
    pub icon: String,
    /// Question pages done.
    pub done: u32,
    /// Question pages in all.
    pub total: u32,
    /// When last saved.
    pub saved_at: Timestamp,
    /// Of a deleted draft: until when it can be brought back.
    pub kept_until: Option<Timestamp>,
    /// On its way.
    pub frozen: bool,
    /// Is it a correction of a case.
    pub correction_of: Option<String>,
    /// And why.
    pub correction_cause: Option<CorrectionCause>,
    /// It was sent or deleted on another device.
    pub ended_elsewhere: bool,
    /// Questions that wait for a choice between two devices.
    pub collisions: u32,
}

/// Renames a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct DraftRename {
    /// Draft.
    pub draft_id: DraftId,
    /// New name; empty goes back to the item's name.
    pub name: String,
}

/// Asks whether a draft as it is here is kept by the resident's account, too (it follows to other devices).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct DraftAccountOpen {
    /// Draft.
    pub draft_id: DraftId,
}

/// What the account has of a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DraftAccount {
    /// Revision on this device that was looked at.
    pub revision: u64,
    /// When just this content came to the account; absent while it has not, or nothing follows.
    pub at: Option<Timestamp>,
}

/// Deletes a draft; it can be restored for 30 days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct DraftDelete {
    /// Draft.
    pub draft_id: DraftId,
}

/// Brings a deleted draft back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct DraftRestore {
    /// Draft.
    pub draft_id: DraftId,
}

/// Sends a draft: frozen and queued in one transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct DraftSubmit {
    /// Draft.
    pub draft_id: DraftId,
    /// Revision that was checked.
    pub revision: u64,
    /// The declaration was ticked.
    pub declared: bool,
}

/// It is in the outbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DraftSubmitted {
    /// Outbox entry to follow.
    pub outbox_id: OutboxId,
    /// The id the case will have (`case_open` answers once it was sent).
    pub case_id: CaseId,
}

/// Opens the host's file picker for a slot. Cancelling changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct MaterialPick {
    /// Draft.
    pub draft_id: DraftId,
    /// Slot.
    pub slot: String,
}

/// Attaches files the host already holds: dropped on the window, or posted to `devhost`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct MaterialAttach {
    /// Draft.
    pub draft_id: DraftId,
    /// Slot.
    pub slot: String,
    /// Tokens of the host's files, single use.
    pub tokens: Vec<String>,
}

/// Attaches the picture on the clipboard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct MaterialPaste {
    /// Draft.
    pub draft_id: DraftId,
    /// Slot.
    pub slot: String,
}

/// Removes a file, or whatever fills the slot when no file is named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct MaterialRemove {
    /// Draft.
    pub draft_id: DraftId,
    /// Slot.
    pub slot: String,
    /// File.
    #[ts(optional)]
    #[serde(default)]
    pub file_id: Option<FileId>,
}

/// Uses a held licence for a slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct MaterialUseLicence {
    /// Draft.
    pub draft_id: DraftId,
    /// Slot.
    pub slot: String,
    /// Licence.
    pub licence_id: LicenceId,
}

/// Promises a slot for later (容缺), or takes the promise back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct MaterialDefer {
    /// Draft.
    pub draft_id: DraftId,
    /// Slot.
    pub slot: String,
    /// Promise or not.
    pub promised: bool,
}

/// Lists the outbox.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct OutboxList {}

/// Tries again now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct OutboxRetry {
    /// Entry; absent means all.
    #[ts(optional)]
    #[serde(default)]
    pub outbox_id: Option<OutboxId>,
}

/// Pauses or resumes an entry (uploads above all).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct OutboxPause {
    /// Entry.
    pub outbox_id: OutboxId,
    /// Paused or not.
    pub paused: bool,
}

/// Takes an entry that has not arrived back to be changed: its draft can be edited again, answers and files as they were.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct OutboxEdit {
    /// Entry.
    pub outbox_id: OutboxId,
}

/// What there is to go on with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "now", rename_all = "snake_case")]
#[ts(export)]
pub enum OutboxEdited {
    /// The draft.
    Draft {
        /// Draft.
        draft_id: DraftId,
        /// The case it corrects, when it is a correction.
        correction_of: Option<CaseId>,
    },
    /// The platform has it already: it is a case now.
    Sent {
        /// Case.
        case_id: CaseId,
    },
}

/// Gives an entry up that has not arrived. Its draft lies among the deleted ones for thirty days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct OutboxDiscard {
    /// Entry.
    pub outbox_id: OutboxId,
}

/// The outbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OutboxView {
    /// Entries that are not done, oldest first; one per draft or act, uploads folded in.
    pub entries: Vec<OutboxRow>,
    /// Whether the platform answers.
    pub online: bool,
    /// When it last answered.
    pub last_online: Option<Timestamp>,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OutboxRow {
    /// Id.
    pub id: OutboxId,
    /// What it will do.
    pub act: OutboxAct,
    /// Item name.
    pub item_name: LocalText,
    /// Draft behind it, if any.
    pub draft_id: Option<DraftId>,
    /// Case it concerns.
    pub case_id: CaseId,
    /// State.
    pub state: OutboxState,
    /// Files still to send.
    pub files: u32,
    /// Bytes sent.
    pub bytes_sent: u64,
    /// Bytes in all.
    pub bytes_total: u64,
    /// Day by which it must be there, if there is one.
    pub deadline: Option<Date>,
    /// When it was queued.
    pub queued_at: Timestamp,
}

/// What an entry does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum OutboxAct {
    /// Sends a new case.
    Submit,
    /// Sends a correction.
    Correct,
    /// Hands in what was promised for later.
    Supply,
    /// Withdraws a case.
    Withdraw,
}

/// Where an entry stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
#[ts(export)]
pub enum OutboxState {
    /// Goes as soon as there is a network and a session.
    Waiting,
    /// Being sent.
    Sending,
    /// Failed for now; tries again.
    Backoff {
        /// When.
        until: Timestamp,
    },
    /// Paused by hand.
    Paused,
    /// Cannot go on without the resident: reason and remedy by code.
    Wedged {
        /// The problem.
        problem: crate::Problem,
    },
    /// Waits for a sign-in.
    NeedsSignIn,
}
