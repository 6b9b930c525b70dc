//! Home, catalogue, search, guide.

use haoban_domain::{
    form::{Answers, Field, FieldId, FormState, Headline, HeadlineState},
    item::{AudienceKind, Guide, HandlingKind, ItemCode, ItemCodes, OnlineDepth, ProcessStep, TimeLimit},
    licence::Licence,
    material::{MaterialRule, MaterialState},
    pack::{Department, HomeTile, Region, Theme},
    text::LocalText,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{CaseRow, DraftRow};
use crate::http::PaperInfo;

/// Opens the home page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct HomeOpen {}

/// The home page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct HomeView {
    /// Cases that wait for the resident, most urgent first.
    pub due: Vec<CaseRow>,
    /// Tiles, standard mode.
    pub tiles: Vec<HomeTile>,
    /// Tiles, senior mode.
    pub senior_tiles: Vec<HomeTile>,
    /// Latest cases, at most three.
    pub cases: Vec<CaseRow>,
    /// How many cases in all.
    pub case_count: u32,
    /// Latest drafts, at most three.
    pub drafts: Vec<DraftRow>,
    /// How many drafts in all.
    pub draft_count: u32,
    /// Items in the catalogue.
    pub item_count: u32,
    /// When the catalogue was last fetched; absent when never.
    pub catalogue_at: Option<Timestamp>,
}

/// Lists items: all, or those that every given part holds for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct CatalogueOpen {
    /// Theme id.
    #[ts(optional)]
    #[serde(default)]
    pub theme: Option<String>,
    /// Life event id; its items come in the order in which they are done.
    #[ts(optional)]
    #[serde(default)]
    pub event: Option<String>,
    /// Department id.
    #[ts(optional)]
    #[serde(default)]
    pub department: Option<String>,
    /// For people or for businesses.
    #[ts(optional)]
    #[serde(default)]
    pub audience: Option<AudienceKind>,
}

/// A list of items.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CatalogueView {
    /// Themes with how many items each.
    pub themes: Vec<ThemeCount>,
    /// Life events with how many items each.
    pub events: Vec<EventCount>,
    /// Departments that have items, with how many each.
    pub departments: Vec<DepartmentCount>,
    /// Items for people.
    pub for_people: u32,
    /// Items for businesses.
    pub for_businesses: u32,
    /// What was done on this device, most often first; from its own cases and drafts.
    pub used: Vec<UsedItem>,
    /// Items.
    pub items: Vec<ItemRow>,
}

/// A life event and how many items it leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct EventCount {
    /// Id.
    pub id: String,
    /// Name.
    pub name: LocalText,
    /// Icon.
    pub icon: String,
    /// Items.
    pub count: u32,
}

/// A department and how many items it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DepartmentCount {
    /// Id.
    pub id: String,
    /// Name.
    pub name: LocalText,
    /// Items.
    pub count: u32,
}

/// An item that was applied for from this device before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct UsedItem {
    /// The item.
    pub item: ItemRow,
    /// How many cases and drafts.
    pub times: u32,
    /// The latest of them.
    pub last_at: Timestamp,
}

/// A theme and how many items it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ThemeCount {
    /// Theme.
    pub theme: Theme,
    /// Items.
    pub count: u32,
}

/// An item in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ItemRow {
    /// Code.
    pub code: ItemCode,
    /// Name.
    pub name: LocalText,
    /// What it is.
    pub summary: LocalText,
    /// Plainest words.
    pub plain: LocalText,
    /// Icon.
    pub icon: String,
    /// Department.
    pub department: LocalText,
    /// 网办深度.
    pub online_depth: OnlineDepth,
    /// Trips.
    pub trips: u8,
    /// 即办 or promised.
    pub handling: HandlingKind,
    /// Promise.
    pub promised_limit: TimeLimit,
    /// Fee in words; absent when nothing is charged.
    pub fee: Option<LocalText>,
}

/// Searches the catalogue on the device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct CatalogueSearch {
    /// Characters, pinyin or initials.
    pub query: String,
}

/// Search results.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SearchView {
    /// The query as understood.
    pub query: String,
    /// Best first.
    pub hits: Vec<SearchHit>,
    /// The corrected query, when a typo was mended.
    pub corrected: Option<String>,
}

/// One result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SearchHit {
    /// The item.
    pub item: ItemRow,
    /// Characters of the Chinese name that matched.
    pub marks: Vec<Mark>,
    /// A keyword that matched when the name did not ("孩子上学").
    pub via: Option<String>,
    /// It was applied for from this device before.
    pub used: bool,
}

/// A matched character of the name, with the letters that matched it (initials or pinyin).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Mark {
    /// Position in characters.
    pub at: u32,
    /// Letters that matched; empty when the character itself was typed.
    pub letters: String,
}

/// Opens a guide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct GuideOpen {
    /// Item.
    pub code: ItemCode,
}

/// A guide, read with one's own facts where they are known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct GuideView {
    /// Code.
    pub code: ItemCode,
    /// Version.
    pub version: u32,
    /// The guide.
    pub guide: Guide,
    /// Department in words.
    pub department: LocalText,
    /// Conditions, judged where facts allow.
    pub conditions: Vec<ConditionState>,
    /// When the facts were read; absent when nobody is signed in or nothing is known.
    pub facts_at: Option<Timestamp>,
    /// The figure ("这次最多"), when facts alone give it.
    pub headline: Option<HeadlineState>,
    /// Material lines.
    pub materials: Vec<MaterialRule>,
    /// Their standing for this person before any question is answered.
    pub material_states: Vec<MaterialState>,
    /// Licences that are named in `usable_licences`.
    pub licences: Vec<Licence>,
    /// How many question pages there are before any answer.
    pub question_count: u32,
    /// District of the resident's own address; its counters come first in the guide.
    pub district: Option<LocalText>,
    /// Drafts of this item on the device.
    pub drafts: Vec<DraftRow>,
    /// Whether its figures can be worked out before anything is begun (先算一算).
    pub has_calculator: bool,
    /// 实施主体, with its nature and code.
    pub organ: Option<Department>,
    /// 实施编码 and the codes that follow from it.
    pub codes: Option<ItemCodes>,
    /// 联办机构.
    pub joint_offices: Vec<LocalText>,
    /// 办理流程 of the offices.
    pub process: Vec<ProcessStep>,
    /// 预约: a visit is booked in the form.
    pub bookable: bool,
}

/// Works the figures of an item out. Nothing of it is kept; every change asks anew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct CalculatorOpen {
    /// Item.
    pub code: ItemCode,
    /// Answers so far, by question.
    #[ts(type = "Record<string, unknown>")]
    pub answers: Answers,
}

/// What a calculator asks and says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CalculatorView {
    /// Item.
    pub code: ItemCode,
    /// Item name.
    pub name: LocalText,
    /// Department in words.
    pub department: LocalText,
    /// What the figures rest on.
    pub note: LocalText,
    /// Questions that apply now, in order.
    pub asked: Vec<Field>,
    /// Which of them are questions of the form: a draft may begin with their answers.
    pub carried: Vec<FieldId>,
    /// Computed fields with a value, in order.
    pub figures: Vec<Field>,
    /// The figure on top, as the form defines it.
    pub headline: Option<Headline>,
    /// State of questions and figures; no pages, no materials.
    pub state: FormState,
    /// Regions of the pack, only when a question asks for one.
    pub regions: Vec<Region>,
    /// Whether registers were read for the person signed in.
    pub facts_known: bool,
}

/// Which papers a service has (空白表, 样表). Asks the platform; without it, what is kept here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct PaperList {
    /// Item.
    pub code: ItemCode,
}

/// The papers of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PaperListView {
    /// In order.
    pub papers: Vec<PaperRow>,
}

/// A paper in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PaperRow {
    /// The paper.
    pub info: PaperInfo,
    /// It is on this device and can be had without network.
    pub kept: bool,
}

/// Saves a paper where the resident finds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct PaperSave {
    /// Item.
    pub code: ItemCode,
    /// Paper.
    pub id: String,
}

/// Where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PaperSaved {
    /// Path, or address of the host's download.
    pub place: String,
}

/// One condition, judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ConditionState {
    /// Condition id.
    pub id: String,
    /// Words.
    pub words: LocalText,
    /// Met, not met, or to be seen.
    pub verdict: Verdict,
    /// What stands beside it.
    pub note: Option<LocalText>,
    /// Of one that is to be seen: why it cannot be told.
    pub open: Option<OpenReason>,
}

/// Why a condition cannot be told yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
#[ts(export)]
pub enum OpenReason {
    /// Nobody is signed in.
    SignedOut,
    /// Somebody looks at papers, or at the place.
    Person,
    /// Registers said nothing about it.
    Registers {
        /// Who would know, in words.
        registers: Vec<LocalText>,
    },
    /// It follows from what is answered.
    Answers,
}

/// Judgement of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Verdict {
    /// Met.
    Met,
    /// Not met.
    NotMet,
    /// Only documents or an officer can tell.
    Open,
}
