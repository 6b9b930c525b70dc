//! 办事指南 `Guide`: everything a resident is told before they begin. What a city or a department always
//! says stands in defaults.yaml and is put in when the pack is read.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use super::{
    ApplyWay, AudienceKind, Condition, ContactWays, Counter, CrossHandling, FactUse, Faq, Fee, Figure, Grassroots,
    GuideStep, HandlingKind, InForce, ItemType, LegalBasis, OnlineDepth, OnlineEntrance, PostalService, PowerLevel,
    PowerSource, Remedies, ResultInfo, ServedParty, SpecialProcedure, TimeLimit,
};
use crate::{text::LocalText, time::Date};

/// The guide: what stands on the page before "start".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Guide {
    /// 事项名称.
    pub name: LocalText,
    /// One sentence in everyday words: what it is and for whom.
    pub summary: LocalText,
    /// The same for senior mode, in the plainest words.
    pub plain: LocalText,
    /// 基本编码 (12 digits, domain.md §1.9).
    pub basic_code: String,
    /// 地方基本编码, where province or city keep a list of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub local_code: Option<String>,
    /// 事项类型.
    pub item_type: ItemType,
    /// 服务对象.
    pub audience: Vec<AudienceKind>,
    /// 服务对象 by the standard's list; taken from `audience` when nothing is written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<ServedParty>>", optional)]
    pub served: Vec<ServedParty>,
    /// Theme ids of the pack (`themes` in city.yaml).
    pub themes: Vec<String>,
    /// 实施主体: department id of the pack.
    pub department: String,
    /// 委托部门: who lends the power, when it is lent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub entrusted_by: Option<LocalText>,
    /// 行使层级.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<PowerLevel>>", optional)]
    pub levels: Vec<PowerLevel>,
    /// 权力来源.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub power_source: Option<PowerSource>,
    /// 乡镇街道、村居, for items carried out there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<Grassroots>>", optional)]
    pub grassroots: Vec<Grassroots>,
    /// Icon name of the sprite (`piggy-bank`, `id-card`, …).
    pub icon: String,
    /// Words people use for it: synonyms, spoken phrases. Pinyin is computed.
    pub keywords: Vec<String>,
    /// 办件类型.
    pub handling: HandlingKind,
    /// 法定办结时限.
    pub statutory_limit: TimeLimit,
    /// 法定办结时限说明.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub statutory_note: Option<LocalText>,
    /// 承诺办结时限.
    pub promised_limit: TimeLimit,
    /// 承诺办结时限说明.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub promised_note: Option<LocalText>,
    /// 特别程序; an empty list says that there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub special_procedures: Option<Vec<SpecialProcedure>>,
    /// 数量限制; absent means that the number is not limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub quantity_limit: Option<LocalText>,
    /// 办理形式.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<ApplyWay>>", optional)]
    pub ways: Vec<ApplyWay>,
    /// 网办深度.
    pub online_depth: OnlineDepth,
    /// 网上办理地址 and 单点登录.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub online: Option<OnlineEntrance>,
    /// 运行系统.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub system: Option<LocalText>,
    /// 到办事现场次数.
    pub trips: u8,
    /// Why a trip is needed, when `trips` > 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub trips_reason: Option<LocalText>,
    /// 通办范围; absent means at the responsible office alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub cross_handling: Option<CrossHandling>,
    /// 物流快递.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub post: Option<PostalService>,
    /// Minutes that filling it takes.
    pub minutes: u8,
    /// 收费.
    pub fee: Fee,
    /// 受理条件.
    pub conditions: Vec<Condition>,
    /// 办理流程, for readers.
    pub steps: Vec<GuideStep>,
    /// 线下办理流程.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub at_counter: Option<LocalText>,
    /// 中介服务 that is needed; absent means none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub intermediary: Option<LocalText>,
    /// 审批结果.
    pub result: ResultInfo,
    /// 设定依据.
    pub legal_basis: Vec<LegalBasis>,
    /// Figures the rules use.
    #[serde(default)]
    pub figures: Vec<Figure>,
    /// 办理地点.
    pub counters: Vec<Counter>,
    /// 咨询电话.
    pub consult_phone: String,
    /// 咨询方式 besides the phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub consult: Option<ContactWays>,
    /// 监督投诉电话.
    pub complaint_phone: String,
    /// 监督投诉方式 besides the phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub supervise: Option<ContactWays>,
    /// 权利与义务.
    pub rights: LocalText,
    /// 行政复议与诉讼.
    pub remedies: Remedies,
    /// 常见问题.
    pub faq: Vec<Faq>,
    /// 计划生效、取消日期.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub in_force: Option<InForce>,
    /// Facts of registers that the rules read, each with the purpose the resident is told.
    pub facts: Vec<FactUse>,
    /// Day on which the author last checked addresses and phones.
    pub last_verified: Date,
}
