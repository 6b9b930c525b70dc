//! Bodies of the desk API (`/v1/desk`). The desk page holds a cookie session of an officer.

use haoban_domain::{
    case::{CaseStatus, CaseView, CorrectionPoint, JointLane, PauseKind},
    form::{FieldId, Form},
    ids::{CaseId, FileId, ObjectionId, TaskId},
    item::DayUnit,
    licence::Licence,
    material::FileKind,
    pack::Region,
    person::Facts,
    text::LocalText,
    time::{Date, Timestamp},
    workflow::{StandardReason, StepRole},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::publicity::DeskObjection;

/// `GET /v1/desk/me`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct DeskMe {
    /// Officer's name.
    pub name: String,
    /// Department id.
    pub department: String,
    /// Department name.
    pub department_name: LocalText,
    /// City name.
    pub city_name: LocalText,
    /// Day in the city.
    pub today: Date,
    /// Whether people work today.
    pub workday: bool,
    /// Secret that unsafe requests repeat in `X-Desk-Token` (CSRF).
    pub token: String,
}

/// `GET /v1/desk/queue?filter=open|mine|waiting|done&q=`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct DeskQueue {
    /// Tasks of the officer's department, by due day.
    pub rows: Vec<DeskRow>,
    /// Counts per filter.
    pub counts: DeskCounts,
}

/// Counts per filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct DeskCounts {
    /// Open, nobody has it.
    pub open: u32,
    /// The officer's own.
    pub mine: u32,
    /// Waiting for the applicant or a special procedure.
    pub waiting: u32,
    /// Done in the last 30 days.
    pub done: u32,
}

/// One task in the queue. Names are masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct DeskRow {
    /// Task.
    pub task_id: TaskId,
    /// Case.
    pub case_id: CaseId,
    /// Number.
    pub case_number: String,
    /// Item.
    pub item_name: LocalText,
    /// Step.
    pub step: LocalText,
    /// Applicant, masked (罗*明).
    pub applicant_masked: String,
    /// Standing of the case.
    pub status: CaseStatus,
    /// When it was sent.
    pub submitted_at: Timestamp,
    /// Due day of the promise.
    pub due: Date,
    /// Working days left.
    pub left_days: i32,
    /// Working days promised.
    pub promised_days: u16,
    /// Unit.
    pub unit: DayUnit,
    /// Clock stands still.
    pub paused: bool,
    /// Who has it.
    pub claimed_by: Option<String>,
    /// Whether that is the asking officer.
    pub mine: bool,
    /// Findings of the computed checks, one per check.
    pub checks: Vec<CheckMark>,
    /// Most telling finding in words.
    pub finding: Option<LocalText>,
    /// A correction was answered since the officer last saw it.
    pub corrected: bool,
}

/// Result of a computed check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum CheckMark {
    /// Passes.
    Pass,
    /// A person must look.
    Look,
    /// Fails.
    Fail,
    /// Not counted here.
    None,
}

/// `POST /v1/desk/cases/{id}/open`: opening is logged with officer, case and purpose before data leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct DeskOpen {
    /// Purpose id: `handle`, `correction`, `complaint`.
    pub purpose: String,
}

/// A case on the desk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct DeskCase {
    /// The case as the resident sees it.
    pub case: CaseView,
    /// Definition of its form (the version of the case).
    pub form: Form,
    /// Facts that were read for it.
    pub facts: Facts,
    /// Regions of the pack, so that addresses are read as people write them.
    pub regions: Vec<Region>,
    /// The officer's task, if the department has one.
    pub task: Option<DeskTask>,
    /// Materials with files.
    pub materials: Vec<DeskMaterial>,
    /// Checks of the step.
    pub checks: Vec<DeskCheck>,
    /// Answers before the correction, where they differ.
    #[ts(type = "Record<string, unknown>")]
    #[schema(value_type = Object)]
    pub before_correction: haoban_domain::form::Answers,
    /// Standard texts.
    pub correction_texts: Vec<StandardReason>,
    /// Standard reasons.
    pub refusal_reasons: Vec<StandardReason>,
    /// Standard opinions.
    pub opinions: Vec<LocalText>,
    /// Which acts the machine allows now.
    pub acts: Vec<DeskAct>,
    /// Names and numbers of targets a correction may name.
    pub targets: Vec<CorrectionTarget>,
    /// Objections of the public, the oldest first.
    pub objections: Vec<DeskObjection>,
    /// Earlier promises of the applicant to hand something in later that were not kept.
    #[serde(default)]
    pub broken_promises: u32,
    /// Name of the joint service this case is part of.
    pub joint: Option<LocalText>,
    /// All parts of that application, this one among them: offices and dates, nothing of their forms.
    pub siblings: Vec<JointLane>,
}

/// Something a correction notice can point at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct CorrectionTarget {
    /// `field:<id>` or `material:<slot>`.
    pub target: String,
    /// Name.
    pub name: LocalText,
}

/// The officer's task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct DeskTask {
    /// Task.
    pub id: TaskId,
    /// Step id.
    pub step: String,
    /// Step title.
    pub title: LocalText,
    /// Role.
    pub role: StepRole,
    /// Grows with every change; acts repeat it.
    pub revision: u64,
    /// Who has it.
    pub claimed_by: Option<String>,
    /// Whether that is the asking officer.
    pub mine: bool,
}

/// A material on the desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct DeskMaterial {
    /// Slot.
    pub slot: String,
    /// Name.
    pub name: LocalText,
    /// What must be seen on it.
    pub accept: LocalText,
    /// How it was settled, in words.
    pub standing: LocalText,
    /// Files; content at `GET /v1/desk/cases/{case}/files/{file}`.
    pub files: Vec<DeskFile>,
    /// Licence used instead.
    pub licence: Option<Licence>,
}

/// What the virus scanner said of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ScanStanding {
    /// This platform has no scanner: nobody looked.
    Unscanned,
    /// The scanner has not answered yet; the file cannot be opened.
    Pending,
    /// Nothing known was found.
    Clean,
    /// Malware was found; the file cannot be opened.
    Harmful,
}

impl ScanStanding {
    /// Every standing.
    pub const ALL: [Self; 4] = [Self::Unscanned, Self::Pending, Self::Clean, Self::Harmful];

    /// The stored text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unscanned => "unscanned",
            Self::Pending => "pending",
            Self::Clean => "clean",
            Self::Harmful => "harmful",
        }
    }

    /// Reads the stored text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.as_str() == text)
    }

    /// Whether an officer may open the file.
    #[must_use]
    pub fn may_open(self) -> bool {
        matches!(self, Self::Unscanned | Self::Clean)
    }
}

/// A file on the desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct DeskFile {
    /// File.
    pub id: FileId,
    /// Kind.
    pub kind: FileKind,
    /// Bytes.
    pub bytes: u64,
    /// Pages.
    pub pages: u16,
    /// What the virus scanner said.
    pub scan: ScanStanding,
}

/// A check on the desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct DeskCheck {
    /// Id.
    pub id: String,
    /// What.
    pub words: LocalText,
    /// Basis.
    pub basis: LocalText,
    /// Result.
    pub mark: CheckMark,
}

/// What an officer can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum DeskAct {
    /// Take the task.
    Claim,
    /// Give it back.
    Release,
    /// 受理.
    Accept,
    /// 不予受理.
    NotAccept,
    /// 补正告知.
    RequestCorrection,
    /// Pass on to the next department.
    PassStep,
    /// 准予.
    Grant,
    /// 不予.
    Refuse,
    /// 特别程序.
    Suspend,
    /// Wait for promised materials.
    AwaitPromised,
    /// Resume.
    Resume,
    /// Dismiss an objection.
    Dismiss,
    /// Uphold an objection.
    Uphold,
}

/// `POST /v1/desk/tasks/{id}/act`: one act. `key` makes a repeated click harmless.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct DeskActRequest {
    /// Idempotency key, a UUID made by the page.
    pub key: String,
    /// Revision of the task the officer saw.
    pub revision: u64,
    /// The act.
    pub act: DeskActBody,
}

/// The act with what it needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
#[ts(export)]
pub enum DeskActBody {
    /// Take the task.
    Claim,
    /// Give it back.
    Release,
    /// 受理.
    Accept,
    /// 不予受理: not our matter or power; which organ is.
    NotAccept {
        /// Reasons.
        reasons: Vec<String>,
    },
    /// 补正: once, everything.
    RequestCorrection {
        /// Points.
        points: Vec<CorrectionPoint>,
        /// Working days for the applicant.
        days: u16,
    },
    /// Pass on.
    PassStep {
        /// Opinion.
        opinion: String,
    },
    /// 准予.
    Grant {
        /// Opinion.
        opinion: String,
    },
    /// 不予, with reasons; remedies come from the item.
    Refuse {
        /// Reasons, at least one.
        reasons: Vec<String>,
    },
    /// 特别程序 with its expected days, told to the applicant in writing.
    Suspend {
        /// What for.
        kind: PauseKind,
        /// Expected working days.
        days: u16,
    },
    /// 等候容缺后补的材料: everything else was looked at; the clock stands still until they come.
    AwaitPromised,
    /// Go on.
    Resume,
    /// 异议不成立, with reasons; the publicity period runs on.
    Dismiss {
        /// Objection.
        objection: ObjectionId,
        /// Reasons, told to the one who objected.
        reasons: Vec<String>,
    },
    /// 异议成立, with reasons; the case goes back to review.
    Uphold {
        /// Objection.
        objection: ObjectionId,
        /// Reasons, told to the one who objected.
        reasons: Vec<String>,
    },
}

/// Answer to an act: the case as it is now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct DeskActDone {
    /// The case.
    pub case: DeskCase,
}

/// A fact or answer an officer must see in full; names stay masked until asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct DeskReveal {
    /// Fields to show in full; logged.
    pub fields: Vec<FieldId>,
}
