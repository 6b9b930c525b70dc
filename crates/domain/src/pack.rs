//! A city pack in memory: what `cities/<city>/` holds, loaded and checked by the platform, carried to the device.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{
    appointment::Schedule,
    calendar::CalendarYear,
    item::{AudienceKind, ItemCode, OrganNature, ServiceItem},
    joint::JointService,
    licence::LicenceType,
    rules::Expr,
    text::LocalText,
};

/// The whole pack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct CityPack {
    /// The city.
    pub city: City,
    /// Departments.
    pub departments: Vec<Department>,
    /// Regions (GB/T 2260), parents before children.
    pub regions: Vec<Region>,
    /// Licence types.
    pub licence_types: Vec<LicenceType>,
    /// Working-day calendars by year.
    pub calendars: Vec<CalendarYear>,
    /// Registers and their facts.
    pub registers: Vec<Register>,
    /// Data elements that services share.
    #[serde(default)]
    pub dictionary: Vec<Element>,
    /// What people say when they mean a service.
    #[serde(default)]
    pub synonyms: Vec<Synonym>,
    /// Timetables of appointments.
    #[serde(default)]
    pub schedules: Vec<Schedule>,
    /// What registers answer about the people of the demo city; never leaves the platform.
    #[serde(default, skip_serializing)]
    #[ts(skip)]
    #[schema(ignore)]
    pub demo: Vec<DemoFact>,
    /// Joint services; each is among `items` too, composed. Never leaves the platform in this form.
    #[serde(default, skip_serializing)]
    #[ts(skip)]
    #[schema(ignore)]
    pub joint: Vec<JointService>,
    /// Service items.
    pub items: Vec<ServiceItem>,
}

/// One line of demo.yaml: a fact that every synthetic person is given where the rule has a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoFact {
    /// Fact key.
    pub fact: String,
    /// A CEL expression over `person`: age, male, married, divorced, children, homes, local (registered in the
    /// city), insured_months, pupil, talent, enterprise, name, n (running number).
    pub value: Expr,
}

/// A line of synonyms.yaml: words and spoken phrases that stand for services, or for words the pack uses.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Synonym {
    /// What people say; any of them.
    pub say: Vec<String>,
    /// Codes of the services they mean, joint ones among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<ItemCode>,
    /// Words of names and keywords that they stand for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub means: Vec<String>,
}

/// A thing that happens in life and what it leads to, in the order in which it is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct LifeEvent {
    /// Id.
    pub id: String,
    /// Name.
    pub name: LocalText,
    /// Icon name of the sprite.
    pub icon: String,
    /// Codes of items and joint services, first things first.
    pub items: Vec<ItemCode>,
}

/// An element of the data dictionary (dictionary.yaml): asked once, checked alike, for a named purpose.
/// The field settings beside these keys are taken over by the fields that bind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct Element {
    /// Id, e.g. `premises.area_m2`.
    pub id: String,
    /// What it is called.
    pub label: LocalText,
    /// Kind of field, as in form.yaml.
    pub kind: String,
    /// How careful one must be with it (domain.md §8.2).
    pub sensitivity: Sensitivity,
    /// Why services ask for it; nothing may be asked without a purpose.
    pub purpose: LocalText,
    /// Fact key it is filled in from, where a register knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub prefill: Option<String>,
}

/// Grade of a data element (domain.md §8.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Sensitivity {
    /// L1.
    Public,
    /// L2.
    Internal,
    /// L3: name, mobile, address.
    Personal,
    /// L4: ID number, bank card, health, minors, relations.
    Sensitive,
}

/// city.yaml.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct City {
    /// Folder name.
    pub id: String,
    /// Six-digit code of the city.
    pub region: String,
    /// Area code of its phones, e.g. `0371`.
    #[serde(default)]
    pub area_code: String,
    /// Name shown in the band.
    pub name: LocalText,
    /// Short name shown in the band.
    pub short_name: LocalText,
    /// Who runs the app.
    pub operator: LocalText,
    /// Hotline.
    pub hotline: String,
    /// Themes of the catalogue, in order.
    pub themes: Vec<Theme>,
    /// Things that happen in life, in order.
    #[serde(default)]
    pub life_events: Vec<LifeEvent>,
    /// Item codes or theme ids on the home page, standard mode (8).
    pub home_tiles: Vec<HomeTile>,
    /// The same for senior mode (at most 8, fixed order).
    pub senior_tiles: Vec<HomeTile>,
    /// Hosts that texts may send residents to, their sub-hosts included; no text may name another.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<String>>", optional)]
    pub links: Vec<String>,
}

/// A theme of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Theme {
    /// Id.
    pub id: String,
    /// Name.
    pub name: LocalText,
    /// Icon name of the sprite.
    pub icon: String,
    /// Who it is for; empty means everybody (L09: a service stands under themes for its own people).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<AudienceKind>>", optional)]
    pub audience: Vec<AudienceKind>,
}

/// A tile of the home page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct HomeTile {
    /// Words under the icon.
    pub label: LocalText,
    /// Icon name of the sprite.
    pub icon: String,
    /// Where it leads: `item:<code>` (joint services too), `theme:<id>` or `route:<name>` (`licences`, `help`, `cases`).
    pub to: String,
}

/// 部门.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Department {
    /// Id used in items, e.g. `gjj-center`.
    pub id: String,
    /// Full name.
    pub name: LocalText,
    /// Unified social credit code (synthetic in the demo, valid by its check).
    pub credit_code: String,
    /// Phone with area code.
    pub phone: String,
    /// 实施主体性质.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub nature: Option<OrganNature>,
    /// 中央业务指导部门.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub central: Option<LocalText>,
}

/// One region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Region {
    /// GB/T 2260 code.
    pub code: String,
    /// Name.
    pub name: LocalText,
    /// Parent's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub parent: Option<String>,
}

/// A register of a department and the facts it can answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Register {
    /// First part of fact keys.
    pub id: String,
    /// Name in words.
    pub name: LocalText,
    /// Keeper: department id.
    pub department: String,
    /// Facts.
    pub facts: Vec<RegisterFact>,
}

/// One fact a register can answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct RegisterFact {
    /// Second part of the key.
    pub id: String,
    /// What it is.
    pub words: LocalText,
    /// Type: `text`, `number`, `money`, `date`, `bool`, `list`, `choices`.
    #[serde(rename = "type")]
    pub value_type: String,
}
