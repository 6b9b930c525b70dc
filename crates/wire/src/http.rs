//! Bodies of the platform's `/v1` API.

use std::collections::BTreeMap;

use haoban_domain::{
    case::CaseView,
    form::Answers,
    ids::{CaseId, CorrectionId, DraftId, FileId, NoticeId, ReceiptId, UploadId},
    item::ItemCode,
    material::{FileKind, MaterialChoice},
    pack::CityPack,
    person::{Applicant, Facts},
    text::LocalText,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// Header that carries the idempotency key of an act: the draft's id, or the act's own id.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// Header with the id of a request, echoed in problems and logs.
pub const REQUEST_ID: &str = "x-request-id";
/// Public client id of the app.
pub const APP_CLIENT_ID: &str = "haoban-app";
/// Public client id of the desk page.
pub const DESK_CLIENT_ID: &str = "haoban-desk";

/// `GET /health`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Health {
    /// `ok`.
    pub status: String,
    /// Version of the platform.
    pub version: String,
    /// `sqlite` or `postgres`.
    pub database: String,
}

/// `GET /v1/catalogue` (supports `If-None-Match`). Whole pack: a few hundred kilobytes, gzipped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct Catalogue {
    /// Digest of the pack; also the ETag.
    pub version: String,
    /// When it was published.
    pub published_at: Timestamp,
    /// The pack.
    pub pack: CityPack,
}

/// `GET /v1/me`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Me {
    /// Who is signed in.
    pub applicant: Applicant,
}

/// `GET /v1/items/{code}/facts`: what the item may read, with purpose; each call is logged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct ItemFacts {
    /// Who.
    pub applicant: Applicant,
    /// The facts the item names, as far as registers know them.
    pub facts: Facts,
}

/// A paper of a service to look at, print or write on. Everything on it is invented.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct PaperInfo {
    /// `blank`, `filled`, `result`, or `<slot>.blank` and `<slot>.filled` for what one writes oneself.
    pub id: String,
    /// Material it is for; absent for those of the service itself.
    pub slot: Option<String>,
    /// What it is.
    pub title: LocalText,
    /// Size in the language asked for.
    pub bytes: u64,
}

/// `GET /v1/catalogue/items/{code}/papers`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct PaperPage {
    /// Those of the service first, then those of its materials.
    pub papers: Vec<PaperInfo>,
}

/// `POST /v1/cases`, with the draft's id as `Idempotency-Key`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmitCase {
    /// Draft; becomes the case's id.
    pub draft_id: DraftId,
    /// Item.
    pub item_code: ItemCode,
    /// Version the resident saw.
    pub item_version: u32,
    /// Visible answers only.
    #[ts(type = "Record<string, unknown>")]
    #[schema(value_type = Object)]
    pub answers: Answers,
    /// How each asked slot is settled; slots a register settles are absent.
    pub materials: BTreeMap<String, MaterialChoice>,
    /// SHA-256 (hex) of every uploaded file.
    pub files: BTreeMap<FileId, String>,
    /// The declaration was ticked.
    pub declared: bool,
    /// Channel: `app`, `web`, `kiosk`.
    pub channel: String,
}

/// Answer to a submission, the same every time for the same key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct Submitted {
    /// The case.
    pub case: CaseView,
    /// The signed receipt.
    pub receipt: Receipt,
}

/// What the platform signed: it took exactly this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct Receipt {
    /// The signed text: canonical JSON of [`ReceiptBody`], byte for byte.
    pub body: String,
    /// Ed25519 signature over the bytes of `body`, base64.
    pub signature: String,
    /// Which key of `/v1/receipt-keys`.
    pub key_id: String,
}

/// Content of a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct ReceiptBody {
    /// Id.
    pub receipt_id: ReceiptId,
    /// Case.
    pub case_id: CaseId,
    /// 办件编号.
    pub case_number: String,
    /// Item.
    pub item_code: ItemCode,
    /// Item name.
    pub item_name: LocalText,
    /// Version.
    pub item_version: u32,
    /// Applicant, masked.
    pub applicant_masked: String,
    /// SHA-256 (hex) of the canonical JSON of the answers (`haoban_domain::receipt`).
    pub answers_sha256: String,
    /// SHA-256 (hex) of each file, by file id.
    pub files: BTreeMap<FileId, String>,
    /// When it was taken.
    pub received_at: Timestamp,
    /// Who took it.
    pub received_by: LocalText,
}

/// Stands before the receipt (base64 of its JSON) in the keywords of the app's PDF.
pub const RECEIPT_MARK: &str = "haoban-receipt:";

/// `GET /v1/receipt-keys`: public keys, kept for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct ReceiptKeys {
    /// Keys by id: raw Ed25519 public key, base64.
    pub keys: BTreeMap<String, String>,
}

/// `GET /v1/cases`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct CasePage {
    /// Cases of the signed-in party, latest first.
    pub cases: Vec<CaseView>,
}

/// `POST /v1/cases/{id}/corrections`, with the correction draft's id as `Idempotency-Key`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectCase {
    /// Notice that is answered.
    pub correction_id: CorrectionId,
    /// All visible answers, corrected; only the named fields may differ.
    #[ts(type = "Record<string, unknown>")]
    #[schema(value_type = Object)]
    pub answers: Answers,
    /// All slots, corrected; only the named slots may differ.
    pub materials: BTreeMap<String, MaterialChoice>,
    /// SHA-256 (hex) of every newly uploaded file.
    pub files: BTreeMap<FileId, String>,
}

/// `POST /v1/cases/{id}/materials`, with an `Idempotency-Key`: what was promised for later (容缺后补).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SupplyMaterials {
    /// Promised slots that are settled now, some or all of them.
    pub materials: BTreeMap<String, MaterialChoice>,
    /// SHA-256 (hex) of every uploaded file.
    pub files: BTreeMap<FileId, String>,
}

/// `POST /v1/cases/{id}/withdrawal`, with an `Idempotency-Key`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawCase {
    /// Reason, may be empty.
    pub reason: String,
}

/// A file that arrived (`Upload-Metadata` of a tus creation names `file_id`, `kind`, `sha256`, `slot`, `draft_id`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct UploadInfo {
    /// Upload.
    pub upload_id: UploadId,
    /// File id the client chose.
    pub file_id: FileId,
    /// Kind by content.
    pub kind: FileKind,
    /// Bytes.
    pub bytes: u64,
    /// SHA-256 (hex).
    pub sha256: String,
}

/// A message in an inbox. Texts name the service, never answers or files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct Notice {
    /// Id.
    pub id: NoticeId,
    /// Kind, for icon and colour.
    pub kind: NoticeKind,
    /// Who sent it.
    pub sender: LocalText,
    /// Headline.
    pub title: LocalText,
    /// Text.
    pub body: LocalText,
    /// Case it concerns.
    pub case_id: Option<CaseId>,
    /// Page it opens, when that is not the case's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub opens: Option<NoticeTarget>,
    /// When.
    pub at: Timestamp,
}

/// A page a message opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
#[ts(export)]
pub enum NoticeTarget {
    /// The guide of a service.
    Item {
        /// Its code.
        code: haoban_domain::item::ItemCode,
    },
    /// A licence in the wallet.
    Licence {
        /// Its id.
        id: haoban_domain::ids::LicenceId,
    },
    /// The appointments.
    Appointments,
}

/// What a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum NoticeKind {
    /// Taken.
    Received,
    /// Accepted.
    Accepted,
    /// The resident must act.
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
    /// The applicant must hand in what was promised for later.
    MaterialsAwaited,
    /// An appointment was made, changed, cancelled or missed.
    Appointment,
    /// A day comes near, or a proof was renewed without the resident.
    Reminder,
}

/// One event of a party's stream. `GET /v1/events` sends them by SSE with `id: seq`;
/// `GET /v1/events?after=seq` with `Accept: application/json` gives a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Event {
    /// Sequence number, growing within the party's stream.
    pub seq: i64,
    /// What changed.
    #[serde(flatten)]
    pub change: Change,
    /// When.
    pub at: Timestamp,
}

/// What changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// Re-read this case.
    CaseChanged {
        /// Case.
        case_id: CaseId,
        /// Its revision now.
        revision: u64,
    },
    /// A message.
    Notice {
        /// The message.
        notice: Notice,
    },
    /// Re-read the licences.
    LicencesChanged,
    /// Re-read the appointments.
    AppointmentsChanged,
    /// Re-read the devices and the drafts that follow.
    FollowChanged,
    /// Re-read the catalogue.
    CatalogueChanged {
        /// Version.
        version: String,
    },
}

/// A page of events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct EventPage {
    /// In order.
    pub events: Vec<Event>,
    /// More follow.
    pub more: bool,
}

/// `GET /v1/licences`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct LicencePage {
    /// Licences of the signed-in party.
    pub licences: Vec<haoban_domain::licence::Licence>,
}

/// One look at the signed-in party's data (`GET /v1/access-log`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct AccessEntry {
    /// When.
    pub at: Timestamp,
    /// Department or system.
    pub who: LocalText,
    /// What was looked at.
    pub what: LocalText,
    /// For what.
    pub purpose: LocalText,
    /// Case number, if there is one.
    pub case_number: Option<String>,
    /// On which ground: the resident's own consent, or the law.
    pub ground: AccessGround,
}

/// Ground of an access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum AccessGround {
    /// 您同意的.
    Consent,
    /// 依法查的.
    Law,
    /// 没给看: refused.
    Denied,
}

/// `GET /v1/access-log`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct AccessPage {
    /// Latest first.
    pub entries: Vec<AccessEntry>,
}

/// `GET /v1/presentations/{payload or digits}`: what the other side sees of a shown licence, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct PresentationCheck {
    /// Name of the licence type.
    pub name: LocalText,
    /// Holder.
    pub holder: String,
    /// Printed number.
    pub number: String,
    /// Issuer.
    pub issuer: LocalText,
    /// Standing today.
    pub status: haoban_domain::licence::LicenceStatus,
    /// Last day of validity.
    pub valid_to: Option<haoban_domain::time::Date>,
    /// When it was looked at.
    pub checked_at: Timestamp,
}
