//! How a case runs: steps, departments, days, outputs.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{rules::Expr, text::LocalText};

/// workflow.yaml of an item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Workflow {
    /// 秒批: when every rule holds the platform grants at once; else a person decides. Never refuses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub instant: Option<InstantApproval>,
    /// Steps done by departments, in order; the last one decides.
    pub steps: Vec<WorkflowStep>,
    /// What the applicant has to pay, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub charge: Option<Charge>,
    /// What a grant produces.
    pub outputs: Vec<Output>,
    /// Standard reasons an officer may pick for a refusal.
    #[serde(default)]
    pub refusal_reasons: Vec<StandardReason>,
    /// Standard texts of a correction notice.
    #[serde(default)]
    pub correction_texts: Vec<StandardReason>,
    /// Standard opinions of a grant.
    #[serde(default)]
    pub opinions: Vec<LocalText>,
}

/// A fee or tax the applicant pays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Charge {
    /// Amount in fen; zero means that nothing is to be paid in this case.
    pub amount: Expr,
    /// What it is for, as the receipt says it.
    pub words: LocalText,
    /// When it is asked for.
    pub when: ChargeWhen,
}

/// When a charge is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ChargeWhen {
    /// After acceptance; the review waits for it.
    BeforeReview,
    /// After the grant; the result waits for it.
    AfterGrant,
}

/// The rules of 秒批 (domain.md §3.6).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct InstantApproval {
    /// All must hold; each is kept with the decision as its explanation.
    pub grant_when: Vec<InstantRule>,
}

/// One rule of an instant approval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct InstantRule {
    /// Stable id, cited in the decision.
    pub id: String,
    /// What it checks, in words.
    pub words: LocalText,
    /// True to pass. Reads only trusted facts and what was computed from them.
    pub rule: Expr,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct WorkflowStep {
    /// Stable id.
    pub id: String,
    /// What happens, as the resident's timeline says it.
    pub title: LocalText,
    /// Department id of the pack.
    pub department: String,
    /// Role that may do it: `accept`, `review`, `decide`.
    pub role: StepRole,
    /// Working days of this step.
    pub days: u16,
    /// What the officer checks, one line each.
    #[serde(default)]
    pub checks: Vec<OfficerCheck>,
}

/// What a step is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum StepRole {
    /// 受理 and first review in one hand.
    Review,
    /// The deciding step (审批). Exactly the last one.
    Decide,
}

/// A check shown to the officer: computed where a rule exists, else for a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct OfficerCheck {
    /// Stable id.
    pub id: String,
    /// What is checked.
    pub words: LocalText,
    /// Law, article or rule it stands on.
    pub basis: LocalText,
    /// True passes, false must be looked at; absent means a person judges.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub rule: Option<Expr>,
}

/// A text officers may pick, with its remedy for the resident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct StandardReason {
    /// Stable id.
    pub id: String,
    /// The official sentence.
    pub words: LocalText,
    /// The same in plain words, and what to do.
    pub remedy: LocalText,
    /// Material slot or field it points at, if any (`material:lease`, `field:rent_month`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub target: Option<String>,
}

/// What a grant produces.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields, tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum Output {
    /// A licence goes into the resident's wallet.
    Licence {
        /// Licence type id of the pack.
        licence_type: String,
        /// Months it is valid; absent means without end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        valid_months: Option<u16>,
        /// Lines printed on it: label and expression.
        fields: Vec<OutputField>,
    },
    /// A document (文书): a statement, notice or certificate that is no licence.
    Document {
        /// What it is called, e.g. 就业登记表.
        title: LocalText,
        /// Lines written on it: label and expression.
        fields: Vec<OutputField>,
    },
    /// A payment order to the applicant's own account.
    Payment {
        /// Amount in fen.
        amount: Expr,
        /// What it is for.
        words: LocalText,
    },
}

/// One line of a licence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct OutputField {
    /// Label.
    pub label: LocalText,
    /// Value: an expression that yields text, number or money.
    pub value: Expr,
    /// How the value is shown.
    #[serde(default)]
    pub format: ValueFormat,
}

/// How a value is written for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ValueFormat {
    /// As it is.
    #[default]
    Plain,
    /// Fen, written as yuan with two decimals.
    Money,
    /// Hundredths, written with two decimals (square metres).
    Hundredths,
    /// A day.
    Date,
}
