//! Elements of a guide that GB/T 39554.2 takes from code lists (domain.md §2.3), and the small records
//! among them. An element that is not stated is absent: nothing is assumed.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use super::TimeLimit;
use crate::{case::PauseKind, text::LocalText, time::Date};

/// 行使层级: at which level of government a power is exercised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum PowerLevel {
    /// 国家级 (1).
    National,
    /// 省级 (2).
    Province,
    /// 市级 (3).
    City,
    /// 县级 (4): counties and districts of a city.
    County,
    /// 乡镇级、街道 (5).
    Township,
    /// 村级、社区 (6).
    Village,
}

impl PowerLevel {
    /// The digit that stands in implementation codes.
    #[must_use]
    pub fn code(self) -> char {
        match self {
            Self::National => '1',
            Self::Province => '2',
            Self::City => '3',
            Self::County => '4',
            Self::Township => '5',
            Self::Village => '6',
        }
    }
}

/// 权力来源: where the office has the power from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum PowerSource {
    /// 法定本级行使 (1).
    Statutory,
    /// 上级下放 (2).
    HandedDown,
    /// 上级授权 (3).
    Authorised,
    /// 委托，同级 (4).
    EntrustedByPeer,
    /// 委托，上级 (5).
    EntrustedBySuperior,
    /// 其他 (9).
    Other,
}

impl PowerSource {
    /// Whether another office lends the power; such a guide names it.
    #[must_use]
    pub fn entrusted(self) -> bool {
        matches!(self, Self::EntrustedByPeer | Self::EntrustedBySuperior)
    }
}

/// 实施主体性质: what kind of organ carries the item out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum OrganNature {
    /// 法定机关 (1).
    Statutory,
    /// 授权组织 (2).
    Authorised,
    /// 受委托组织 (3).
    Entrusted,
}

/// 服务对象, by the standard's list. Finer than the two kinds of applicants that can sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ServedParty {
    /// 自然人 (1).
    NaturalPerson,
    /// 企业法人 (2).
    Enterprise,
    /// 事业法人 (3).
    Institution,
    /// 社会组织法人 (4).
    SocialOrganisation,
    /// 非法人企业 (5).
    UnincorporatedEnterprise,
    /// 行政机关 (6).
    GovernmentOrgan,
    /// 其他组织 (9).
    Other,
}

/// 办理形式: how an application may be handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ApplyWay {
    /// 窗口办理 (1).
    Counter,
    /// 网上办理 (2).
    Online,
    /// 快递申请 (3).
    Post,
    /// 自助终端.
    Terminal,
}

/// 通办范围: how far from the responsible office one may apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum CrossHandling {
    /// 全国 (1).
    Nationwide,
    /// 跨省 (2).
    AcrossProvinces,
    /// 跨市，全省 (3).
    AcrossCities,
    /// 跨县，全市 (4).
    AcrossCounties,
    /// 跨乡镇 (5).
    AcrossTownships,
    /// 跨村 (6).
    AcrossVillages,
}

/// 特别程序: what may be needed in between and does not count as time of the office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct SpecialProcedure {
    /// Which.
    pub kind: PauseKind,
    /// When it comes to that, in plain words.
    pub words: LocalText,
    /// The law it stands on.
    pub basis: LocalText,
    /// The longest it may take, where the law says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub most: Option<TimeLimit>,
}

/// 计算机端、移动端办理地址 and 单点登录.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct OnlineEntrance {
    /// Where on a computer.
    pub computer: LocalText,
    /// Where on a phone.
    pub phone: LocalText,
    /// One sign-in opens everything.
    pub single_sign_in: bool,
}

/// 物流快递: what may come and go by post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct PostalService {
    /// 材料邮寄.
    pub materials: bool,
    /// 结果邮寄.
    pub result: bool,
    /// How, and who pays for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub note: Option<LocalText>,
}

/// 咨询方式 or 监督投诉方式 besides the phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct ContactWays {
    /// In person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub counter: Option<LocalText>,
    /// On line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub online: Option<LocalText>,
    /// By e-mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub mail: Option<String>,
    /// By letter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub letter: Option<LocalText>,
}

/// An office that hears reconsiderations or suits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct RemedyOffice {
    /// Name.
    pub name: LocalText,
    /// Street address.
    pub address: LocalText,
    /// Phone with area code.
    pub phone: String,
    /// Address on the web.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub web: Option<LocalText>,
}

/// 计划生效日期 and 计划取消日期.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct InForce {
    /// First day.
    pub from: Date,
    /// Last day; absent means that no end is planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub until: Option<Date>,
}

/// 乡镇街道 or 村居 that carries the item out, with its code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Grassroots {
    /// Nine digits of a township, twelve of a village.
    pub code: String,
    /// Name.
    pub name: LocalText,
}

/// One line of the table of charges.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct FeeLine {
    /// What is charged for.
    pub name: LocalText,
    /// 收费标准.
    pub standard: LocalText,
    /// 收费依据.
    pub basis: LocalText,
    /// 减免: who pays less; absent means that it cannot be reduced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reduction: Option<LocalText>,
}

/// 材料类型: whether the original is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum MaterialType {
    /// 原件.
    Original,
    /// 复印件.
    Copy,
    /// 原件和复印件.
    OriginalAndCopy,
}

/// 材料形式: on paper or electronic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum MaterialFormat {
    /// 纸质.
    Paper,
    /// 电子.
    Electronic,
    /// 纸质或电子.
    Either,
}

/// 来源渠道: who gives a material out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum MaterialOrigin {
    /// 申请人自备.
    Applicant,
    /// 政府部门核发.
    Government,
    /// 其他: hospitals, banks, laboratories and so on.
    Other,
}

/// 材料必要性.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum MaterialNeed {
    /// 必要.
    Required,
    /// 容缺后补.
    Deferrable,
}
