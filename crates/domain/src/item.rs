//! 事项 `ServiceItem`: everything a resident must be told before they begin, and everything the
//! platform must know to run a case. Elements follow GB/T 39554.2 (domain.md §2.3); the English
//! names are ours where the standard's column name says less.

mod codes;
mod elements;
mod guide;

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{
    form::Form, joint::Joint, material::MaterialRule, rules::Expr, text::LocalText, time::Date, workflow::Workflow,
};

pub use codes::{ItemCodes, ProcessStep};
pub use elements::{
    ApplyWay, ContactWays, CrossHandling, FeeLine, Grassroots, InForce, MaterialFormat, MaterialNeed, MaterialOrigin,
    MaterialType, OnlineEntrance, OrganNature, PostalService, PowerLevel, PowerSource, RemedyOffice, ServedParty,
    SpecialProcedure,
};
pub use guide::Guide;

/// The code a folder of a city pack carries, e.g. `gjj-rent`. Lower-case Latin, digits, hyphen.
pub type ItemCode = String;

/// One service item, whole: guide, form, materials, workflow. A published version never changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct ServiceItem {
    /// Folder name in the pack.
    pub code: ItemCode,
    /// Version of this definition; a running case keeps the one it was submitted under.
    pub version: u32,
    /// The guide (办事指南).
    pub guide: Guide,
    /// The questions.
    pub form: Form,
    /// The materials and what replaces them.
    pub materials: Vec<MaterialRule>,
    /// Who does what, and in how many working days.
    pub workflow: Workflow,
    /// How it is put together, when it is a joint service (一件事); such an item has no steps of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub joint: Option<Box<Joint>>,
}

/// Who a service is for (服务对象).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum AudienceKind {
    /// 自然人.
    NaturalPerson,
    /// 企业法人 and other legal entities.
    LegalEntity,
}

/// 事项类型 (domain.md §2.2), the ones residents apply for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ItemType {
    /// 行政许可 (01).
    Licensing,
    /// 行政征收 (04).
    Levy,
    /// 行政给付 (05).
    Benefit,
    /// 行政确认 (07).
    Confirmation,
    /// 行政奖励 (08).
    Award,
    /// 其他行政权力 (10).
    OtherPower,
    /// 公共服务 (20).
    PublicService,
}

impl ItemType {
    /// The two digits of GB/T 39554.1 that stand in item codes and case numbers.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Licensing => "01",
            Self::Levy => "04",
            Self::Benefit => "05",
            Self::Confirmation => "07",
            Self::Award => "08",
            Self::OtherPower => "10",
            Self::PublicService => "20",
        }
    }
}

/// 办件类型: decided at once, or promised within days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum HandlingKind {
    /// 即办件.
    Instant,
    /// 承诺件.
    Promised,
}

/// 网办深度 (domain.md §2.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub enum OnlineDepth {
    /// Information can be seen.
    I,
    /// Pre-check on line.
    II,
    /// Accepted on line, at most one trip.
    III,
    /// The whole process on line, no trip.
    IV,
}

/// A number of days with the unit it is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct TimeLimit {
    /// How many; 0 means on the spot.
    pub days: u16,
    /// Counted as.
    pub unit: DayUnit,
}

/// What a day of a limit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum DayUnit {
    /// 工作日 (行政许可法 §82).
    WorkingDay,
    /// 自然日.
    CalendarDay,
}

/// How sure the author is of a figure or source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Confidence {
    /// Read in the law or an official publication.
    Verified,
    /// Read in a secondary source.
    Secondary,
    /// A demo value; residents are told that the counter's answer counts (以窗口答复为准).
    Placeholder,
}

/// 设定依据: a law and its article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct LegalBasis {
    /// Title of the law or notice, with its number.
    pub law: LocalText,
    /// Article, as printed.
    pub article: String,
    /// What it says, in plain words.
    pub says: LocalText,
    /// Where its text can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub url: Option<String>,
    /// Since when it applies.
    pub effective_from: Date,
    /// How sure the author is.
    pub confidence: Confidence,
}

/// One condition of 受理条件, in words and as a rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Condition {
    /// Stable id inside the item.
    pub id: String,
    /// The condition in plain words.
    pub words: LocalText,
    /// True when met, judged on facts alone; absent when only an officer can tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub rule: Option<Expr>,
    /// What is shown beside a met condition, e.g. "您已缴 {gjj.months_paid} 个月"; `{…}` names facts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub when_met: Option<LocalText>,
    /// What is shown when it is not met, with the way on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub when_not: Option<LocalText>,
    /// Why it cannot be told yet and how to find out; without it the reason follows from what the rule reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub when_open: Option<LocalText>,
}

/// A question residents ask, and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Faq {
    /// The question in a resident's words.
    pub question: LocalText,
    /// The answer.
    pub answer: LocalText,
}

/// A counter where the same thing can be done in person (办理地点).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Counter {
    /// Name of hall and window.
    pub name: LocalText,
    /// Street address (synthetic in the demo city).
    pub address: LocalText,
    /// Opening hours.
    pub hours: LocalText,
    /// How to get there.
    pub transit: LocalText,
    /// Phone with area code.
    pub phone: String,
    /// 进驻的政务服务中心, when the counter stands in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub centre: Option<LocalText>,
}

/// One step of 办理流程, as a resident reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct GuideStep {
    /// What happens.
    pub title: LocalText,
    /// Who, or what it means.
    pub note: LocalText,
}

/// Whether money is asked for (收费).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Fee {
    /// True when anything is charged by the office (taxes are not fees).
    pub charged: bool,
    /// Amount or rule in words; "0 元" when free.
    pub words: LocalText,
    /// Basis and standard when charged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub basis: Option<LocalText>,
    /// Whether it can be paid on line.
    pub pay_online: bool,
    /// 收费项目: what is charged for, one line each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<FeeLine>>", optional)]
    pub lines: Vec<FeeLine>,
}

/// What the resident gets (审批结果).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct ResultInfo {
    /// Kind: licence (出证), document (出文), payment or other.
    pub kind: ResultKind,
    /// Name of the result.
    pub name: LocalText,
    /// How it is delivered.
    pub delivery: LocalText,
}

/// 审批结果类型.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ResultKind {
    /// 出证办结.
    Licence,
    /// 出文办结.
    Document,
    /// Money is paid out.
    Payment,
    /// 其他.
    Other,
}

/// 行政复议 and 行政诉讼: where and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Remedies {
    /// Where and how to ask for reconsideration, with the period (60 days).
    pub reconsideration: LocalText,
    /// Where and how to sue, with the period (6 months).
    pub litigation: LocalText,
    /// The office that reconsiders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reconsideration_office: Option<RemedyOffice>,
    /// The court.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub court: Option<RemedyOffice>,
}

/// A figure that law or notice sets: rate, cap, count of days. Rules read it as `fig.<id>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Figure {
    /// Name in rules: `fig.rent_cap_single`.
    pub id: String,
    /// What it is, for guide and refusal.
    pub words: LocalText,
    /// Value as text: an integer in the field's unit (money in fen), or an exact decimal for rates.
    pub value: String,
    /// First day it applies.
    pub effective_from: Date,
    /// Last day it applies, if it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub effective_to: Option<Date>,
    /// Where it is written.
    pub source: LocalText,
    /// How sure the author is.
    pub confidence: Confidence,
}

/// A fact of a register that an item may read, and why. Nothing may be read without a purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct FactUse {
    /// Fact key, `register.field`, e.g. `gjj.months_paid`.
    pub key: String,
    /// Why it is needed, in words a resident reads.
    pub purpose: LocalText,
}
