//! Home, catalogue, search, guide.

use haoban_domain::{
    form::HeadlineState,
    item::{Guide, HandlingKind, ItemCode, OnlineDepth, TimeLimit},
    licence::Licence,
    material::{MaterialRule, MaterialState},
    pack::{HomeTile, Theme},
    text::LocalText,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{CaseRow, DraftRow};

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

/// Lists items, all or of one theme.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct CatalogueOpen {
    /// Theme id.
    #[ts(optional)]
    #[serde(default)]
    pub theme: Option<String>,
}

/// A list of items.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CatalogueView {
    /// Themes with how many items each.
    pub themes: Vec<ThemeCount>,
    /// Items.
    pub items: Vec<ItemRow>,
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
    /// Drafts of this item on the device.
    pub drafts: Vec<DraftRow>,
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
