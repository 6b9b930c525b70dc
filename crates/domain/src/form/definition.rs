//! form.yaml: what is asked, in which order, under which conditions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{rules::Expr, text::LocalText, workflow::ValueFormat};

/// Id of a field inside its form; snake_case.
pub type FieldId = String;

/// Answers of one draft by field. Values are JSON in the field kind's own shape:
///
/// | kind | value |
/// |---|---|
/// | text, textarea, id_number, credit_code, phone, bank_card, property_unit | string |
/// | number | integer in units of `10^-decimals` (120.00 m² with `decimals: 2` is `12000`) |
/// | money | integer fen |
/// | date | `"YYYY-MM-DD"` |
/// | date_range | `{"from": date, "to": date}` |
/// | single_choice, fact_choice | option value, string |
/// | multi_choice | list of strings |
/// | yes_no, declaration | bool |
/// | address | `{"region": "410105", "detail": "…"}` |
/// | region | code, string |
/// | map_point | `{"description": "…"}`, with `region` and `cell` (`a1` north-west … `c3` south-east) if one likes |
/// | signature | `{"name": "…"}` or `{"strokes": [[x, y, x, y, …], …]}` on a square of 1,000 |
/// | appointment | `{"place": "hall", "start": "2026-11-25T09:30"}` |
/// | people, group | list of objects keyed by the inner field ids |
///
/// A cleared answer is absent, never `null` or `""`.
pub type Answers = BTreeMap<FieldId, serde_json::Value>;

/// The whole form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Form {
    /// Pages in order; one question (or one tight group) each.
    pub pages: Vec<Page>,
    /// The declaration a resident makes before sending.
    pub declaration: LocalText,
    /// Checks across fields that belong to no single one.
    #[serde(default)]
    pub checks: Vec<Check>,
    /// The figure the resident cares about (ceiling, tax), shown while filling and on the check page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub headline: Option<Headline>,
    /// 先算一算: which questions give the figures before anything is begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub calculator: Option<Calculator>,
    /// How answers of older versions are carried over: old field id → new field id.
    #[serde(default)]
    pub renamed_fields: BTreeMap<FieldId, FieldId>,
}

/// One page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Page {
    /// Stable id.
    pub id: String,
    /// The question, as heading.
    pub title: LocalText,
    /// The question in the plainest words (senior mode).
    pub plain: LocalText,
    /// Why it is asked.
    pub why: LocalText,
    /// Shown only when true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub show: Option<Expr>,
    /// Group of the check page this page's answers stand under.
    pub section: LocalText,
    /// Fields in order.
    pub fields: Vec<Field>,
}

/// One field.
#[derive(Debug, Clone, PartialEq, Serialize, TS, ToSchema)]
#[ts(export)]
pub struct Field {
    /// Stable id; rules read it as `answers.<id>`.
    pub id: FieldId,
    /// What kind of answer, with its own settings.
    #[serde(flatten)]
    pub kind: FieldKind,
    /// Element of the pack's dictionary this field is bound to: two services that bind the same one ask once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub element: Option<String>,
    /// Label. For a page with one field it may repeat the title; screens then show it once.
    pub label: LocalText,
    /// Why it is asked, where the page's own reason does not cover it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub why: Option<LocalText>,
    /// What to look at while answering, e.g. "合同第一页右上角".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub hint: Option<LocalText>,
    /// Label in the plainest words (senior mode).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub plain: Option<LocalText>,
    /// An example value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub sample: Option<String>,
    /// Shown only when true; a hidden answer is kept but not sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub show: Option<Expr>,
    /// Whether an answer is needed.
    #[serde(default)]
    pub required: Required,
    /// Known already: a fact key. Filled in and its source shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub prefill: Option<String>,
    /// Rules the answer must pass.
    #[serde(default)]
    pub checks: Vec<Check>,
}

/// Required always, never, or when a rule holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(untagged)]
#[ts(export)]
pub enum Required {
    /// `true` or `false`.
    Always(bool),
    /// When the rule is true.
    When(Expr),
}

impl Default for Required {
    fn default() -> Self {
        Self::Always(true)
    }
}

/// Kind of answer with its settings. In YAML: `kind: money` plus the settings beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[ts(export)]
pub enum FieldKind {
    /// One line.
    Text {
        /// Most characters.
        #[serde(default = "default_max_length")]
        max_length: u16,
    },
    /// Several lines.
    Textarea {
        /// Most characters.
        #[serde(default = "default_max_length")]
        max_length: u16,
    },
    /// A number; integer in units of `10^-decimals`.
    Number {
        /// Decimals a person may type.
        #[serde(default)]
        decimals: u8,
        /// Unit word behind the box.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        unit: Option<LocalText>,
        /// Least value, in the stored unit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        min: Option<i64>,
        /// Greatest value, in the stored unit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        max: Option<i64>,
    },
    /// Yuan and fen; integer fen.
    Money {
        /// Least fen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        min: Option<i64>,
        /// Greatest fen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        max: Option<i64>,
    },
    /// 居民身份号码 (domain.md §1.1).
    IdNumber,
    /// 统一社会信用代码 (§1.5).
    CreditCode,
    /// Mobile number (§1.7).
    Phone,
    /// Bank card (§1.7); a Luhn failure warns and asks for a second look, it does not block.
    BankCard,
    /// 不动产单元号 (§1.8).
    PropertyUnit,
    /// Region of the pack's tree and a detail line.
    Address,
    /// A region of the pack's tree alone.
    Region,
    /// A place: in words, and as a square of a region's grid if one likes. Needs no map.
    MapPoint,
    /// One's name, typed or drawn.
    Signature,
    /// A material slot asked for here instead of on the materials page.
    Material {
        /// Slot id of materials.yaml.
        material: String,
    },
    /// A day.
    Date {
        /// `past`, `future` or both allowed.
        #[serde(default)]
        allow: DateAllow,
    },
    /// Two days in order.
    DateRange {
        /// `past`, `future` or both allowed.
        #[serde(default)]
        allow: DateAllow,
    },
    /// One of few (radios).
    SingleChoice {
        /// The options.
        options: Vec<ChoiceOption>,
    },
    /// Several of few (boxes).
    MultiChoice {
        /// The options.
        options: Vec<ChoiceOption>,
    },
    /// One of a list the registers gave, e.g. one's own homes or bank cards.
    FactChoice {
        /// Fact key that holds a list of `{value, label, note}`.
        from: String,
        /// Allows "another", answered by hand in the named field.
        #[serde(default)]
        allow_other: bool,
    },
    /// A time at an office: a place and a start of a timetable of the pack.
    Appointment {
        /// Timetable id.
        schedule: String,
        /// Places of the timetable that are offered, each while its rule holds, in the words of the service; absent
        /// means every place as the timetable names it. `value` is the place's id.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[ts(as = "Option<Vec<ChoiceOption>>", optional)]
        places: Vec<ChoiceOption>,
        /// The case stands and falls with it: given up in time, the case is taken back, what was paid returns, and
        /// its documents count no more.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        #[ts(as = "Option<bool>", optional)]
        carries_case: bool,
    },
    /// Yes or no.
    YesNo,
    /// A statement that must be ticked; never ticked beforehand.
    Declaration,
    /// Computed, shown, never typed.
    Computed {
        /// The value.
        value: Expr,
        /// How it is written.
        #[serde(default)]
        format: ValueFormat,
    },
    /// A register's fact, shown read-only with its source.
    Fact {
        /// Fact key.
        key: String,
        /// How it is written.
        #[serde(default)]
        format: ValueFormat,
    },
    /// Words only.
    TextBlock,
    /// A list of people (self, family, agent).
    People {
        /// Fields asked of each.
        #[schema(no_recursion)]
        fields: Vec<Field>,
        /// Most people.
        max: u8,
        /// Set when rows may come from a CSV file.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        csv: Option<CsvLimit>,
    },
    /// A list of like things.
    Group {
        /// Fields asked of each.
        #[schema(no_recursion)]
        fields: Vec<Field>,
        /// Most entries.
        max: u8,
        /// Set when rows may come from a CSV file.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        csv: Option<CsvLimit>,
    },
}

/// What a file with rows may hold; how many rows there may be is the list's own `max`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct CsvLimit {
    /// Most bytes.
    pub max_bytes: u32,
}

fn default_max_length() -> u16 {
    200
}

/// Which days make sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum DateAllow {
    /// Any day from 1900 on.
    #[default]
    Any,
    /// Today or earlier.
    Past,
    /// Today or later.
    Future,
}

/// One option of a choice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct ChoiceOption {
    /// Stored value.
    pub value: String,
    /// What it is.
    pub label: LocalText,
    /// What choosing it leads to ("每月最多 1,500 元").
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub effect: Option<LocalText>,
    /// Label in the plainest words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub plain: Option<LocalText>,
    /// Offered only when true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub show: Option<Expr>,
}

/// A rule that must hold, with the words for when it does not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Check {
    /// Stable id inside the form.
    pub id: String,
    /// True passes. Not evaluated while anything it reads is unanswered.
    pub rule: Expr,
    /// Judged only while this holds; absent means always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub when: Option<Expr>,
    /// Names the field, the rule and the remedy: "到期日期要晚于开始日期，请核对年份".
    pub message: LocalText,
    /// A warning asks for a second look and does not block.
    #[serde(default)]
    pub warning: bool,
}

/// The figure on top: the least of several limits, with the limiting one named; or one value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Headline {
    /// What the figure is ("这次最多").
    pub label: LocalText,
    /// How it is written.
    pub format: ValueFormat,
    /// The limits; the least one counts. One entry means a plain computed value.
    pub least_of: Vec<Limit>,
    /// Sentence beneath ("以审核为准").
    pub note: LocalText,
}

/// One limit of a headline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Limit {
    /// Stable id; other rules read the headline as `headline.value`, `headline.limit`.
    pub id: String,
    /// Named to the resident when it is the one that limits.
    pub words: LocalText,
    /// The value.
    pub value: Expr,
    /// Counts only when true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub when: Option<Expr>,
}

/// 先算一算: a few questions of the form, and the figures that follow from them. Nothing is begun and nothing kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Calculator {
    /// Questions of the form that are asked, in order. Their own rules decide which of them show.
    #[serde(default)]
    pub fields: Vec<FieldId>,
    /// Computed fields shown besides the headline, in order.
    #[serde(default)]
    pub shows: Vec<FieldId>,
    /// Questions for what only registers know, asked as long as they have not said it.
    #[serde(default)]
    pub unknown_facts: Vec<FactQuestion>,
    /// What the figures rest on, and what counts in the end.
    pub note: LocalText,
}

/// A question whose answer stands for a fact while a figure is worked out, and nowhere else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct FactQuestion {
    /// Fact key.
    pub fact: String,
    /// The question; a number, an amount, a day or yes and no, in the unit of the fact.
    pub ask: Field,
}
