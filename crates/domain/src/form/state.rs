//! What the evaluator says about a draft. Screens render this and decide nothing themselves.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use super::{definition::FieldId, joint_state::PlanState};
use crate::{material::MaterialState, text::LocalText, time::Timestamp, workflow::ValueFormat};

/// The state of a whole form for one set of answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct FormState {
    /// Pages that apply, in order.
    pub pages: Vec<PageState>,
    /// Every field by id; hidden ones too.
    pub fields: BTreeMap<FieldId, FieldState>,
    /// Checks that belong to no single field.
    pub problems: Vec<FieldProblem>,
    /// The figure on top, when it can be computed.
    pub headline: Option<HeadlineState>,
    /// Materials in this situation.
    pub materials: Vec<MaterialState>,
    /// What is needed and why, for a joint service (一件事).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub plan: Option<PlanState>,
    /// True when nothing stands in the way of sending (fields, checks, materials; not the declaration).
    pub complete: bool,
}

/// One page that applies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct PageState {
    /// Page id.
    pub id: String,
    /// Every required field answered and every check passed.
    pub complete: bool,
}

/// One field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct FieldState {
    /// Whether it is on a page now.
    pub visible: bool,
    /// Whether an answer is needed now.
    pub required: bool,
    /// The value that counts: typed, prefilled or computed; absent when there is none.
    #[ts(type = "unknown")]
    #[schema(value_type = Object)]
    pub value: Option<serde_json::Value>,
    /// Where a value that was not typed comes from.
    pub origin: Option<ValueOrigin>,
    /// What is wrong with it. Screens show these after "continue" or on leaving the field.
    pub problems: Vec<FieldProblem>,
    /// For choices: the values offered now. Empty for other kinds.
    pub offered: Vec<OfferedOption>,
}

/// An option that is offered now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct OfferedOption {
    /// Stored value.
    pub value: String,
    /// What it is.
    pub label: LocalText,
    /// What choosing it leads to.
    pub effect: Option<LocalText>,
    /// Plainest words.
    pub plain: Option<LocalText>,
}

/// Why a value is there though nobody typed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum ValueOrigin {
    /// From a register.
    Register {
        /// Register in words ("公积金中心").
        register: LocalText,
        /// When it was read.
        read_at: Timestamp,
    },
    /// From the form's own rules.
    Computed,
}

/// Something wrong: field, rule, remedy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct FieldProblem {
    /// The field to go to; absent for form-wide checks. Entries of lists: `people[1].id_number`.
    pub field: Option<FieldId>,
    /// Part of the field, e.g. `from`, `to`, `detail`.
    pub part: Option<String>,
    /// Stable rule id: `required`, `too_long`, `id_number_check_digit`, or a check's own id.
    pub rule: String,
    /// Field, rule and remedy in words.
    pub message: LocalText,
    /// Asks for a second look only.
    pub warning: bool,
}

/// The figure on top.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct HeadlineState {
    /// The least value.
    pub value: i64,
    /// How it is written.
    pub format: ValueFormat,
    /// Id of the limit that counts.
    pub limit: String,
    /// Its words.
    pub limited_by: LocalText,
    /// All limits that applied, in order of definition.
    pub limits: Vec<LimitState>,
}

/// One limit, computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct LimitState {
    /// Id.
    pub id: String,
    /// Words.
    pub words: LocalText,
    /// Value.
    pub value: i64,
}
