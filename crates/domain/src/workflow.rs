//! How a case runs: steps, departments, days, outputs.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{
    identifiers::mask,
    item::{DayUnit, TimeLimit},
    reminder::Reminder,
    renewal::SilentRenewal,
    rules::Expr,
    text::LocalText,
};

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
    /// Set when a rule lets the office ask for corrections after acceptance too. Without it the time to ask is before
    /// acceptance (行政许可法 §32; domain.md §3.1, 补正(审查中)).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub correction_in_review: Option<CorrectionInReview>,
    /// Notices before a day that a case or its decision sets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<Reminder>>", optional)]
    pub reminders: Vec<Reminder>,
    /// 免申即办: what registers show renews by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub renewal: Option<SilentRenewal>,
    /// What a grant writes into registers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<RegisterEntry>>", optional)]
    pub records: Vec<RegisterEntry>,
}

/// The rule by which a correction may be asked for during the review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct CorrectionInReview {
    /// Law, article or rule it stands on.
    pub basis: LocalText,
}

/// A fact that a grant writes into its register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct RegisterEntry {
    /// Fact key, `register.field`.
    pub fact: String,
    /// Its value; null writes nothing.
    pub value: Expr,
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
    /// How long the applicant has; absent means as long as it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub pay_within: Option<PayWithin>,
}

/// The time to pay a charge. Half-way and on the day before its end the applicant is reminded; after it the
/// application counts as given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct PayWithin {
    /// How many days, counted from the day after the charge was asked for.
    pub days: u16,
    /// Days of which kind.
    pub unit: DayUnit,
    /// What the law says of an application whose charge is not paid.
    pub abandoned: LocalText,
}

impl PayWithin {
    /// Its days and their unit.
    #[must_use]
    pub fn limit(&self) -> TimeLimit {
        TimeLimit { days: self.days, unit: self.unit }
    }
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
    /// True to pass. Rests on registers, licences and what was computed from them.
    pub rule: Expr,
    /// Where a condition rests on what the applicant says alone: why that is enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub own_word: Option<OwnWord>,
}

/// Why the applicant's own word is enough for a condition of an instant approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct OwnWord {
    /// In which way.
    pub kind: OwnWordKind,
    /// In words.
    pub words: LocalText,
}

/// The ways in which somebody's own word may count without a look (domain.md §3.5, §3.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum OwnWordKind {
    /// It only sorts the plain cases out: every other answer goes to a person, and this one gives nothing more.
    Narrows,
    /// What a register shows is confirmed, and the register's value is the one that counts.
    Agrees,
    /// The result covers what was answered and no more, and says so itself.
    Bounds,
    /// 告知承诺: the law takes the statement, and it is checked afterwards.
    Promise,
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
    /// The step is part of a case only where this holds; what cannot be told counts as yes. Decided when the case is sent,
    /// and anew after a correction for the steps that come after the present one. The first step and the one that decides
    /// are part of every case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub when: Option<Expr>,
    /// Where another department has the step: the first that holds; else `department`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<Route>>", optional)]
    pub route: Vec<Route>,
    /// What the applicant is told when the step begins, instead of the plain words. Names nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub notice: Option<LocalText>,
    /// What the officer checks, one line each.
    #[serde(default)]
    pub checks: Vec<OfficerCheck>,
    /// Set when this step is a publicity period (公示): no officer works on it unless somebody objects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub publicity: Option<Publicity>,
}

/// A department that has a step where its rule holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Route {
    /// True to go there.
    pub when: Expr,
    /// Department id of the pack.
    pub department: String,
}

/// 公示: what the public sees, for how long, and how to object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Publicity {
    /// How long, counted from the day after it began. The promise stands still meanwhile.
    pub days: u16,
    /// Days of which kind.
    pub unit: DayUnit,
    /// The lines the public sees, and nothing else.
    pub shows: Vec<PublicLine>,
    /// Objections.
    pub objections: ObjectionRule,
}

/// One line that the public sees.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct PublicLine {
    /// What it is.
    pub label: LocalText,
    /// Its value.
    pub value: Expr,
    /// What is covered of it.
    #[serde(default)]
    pub mask: PublicMask,
}

/// What is covered of a public value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum PublicMask {
    /// Nothing.
    #[default]
    None,
    /// All of a person's name but the surname and, of longer ones, the last character.
    Name,
    /// All of an identity number but region and end.
    IdNumber,
    /// The middle of a phone number.
    Phone,
}

impl PublicMask {
    /// The text as the public reads it.
    #[must_use]
    pub fn cover(self, text: &str) -> String {
        match self {
            Self::None => text.to_owned(),
            Self::Name => mask::name(text),
            Self::IdNumber => mask::id_number(text),
            Self::Phone => mask::phone(text),
        }
    }
}

/// How the public objects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct ObjectionRule {
    /// What an objection is about and what it has to say.
    pub words: LocalText,
    /// Law or rule it stands on.
    pub basis: LocalText,
}

impl Publicity {
    /// Its days and their unit.
    #[must_use]
    pub fn limit(&self) -> TimeLimit {
        TimeLimit { days: self.days, unit: self.unit }
    }
}

impl Workflow {
    /// The time to pay, if there is a charge with one.
    #[must_use]
    pub fn pay_within(&self) -> Option<&PayWithin> {
        self.charge.as_ref()?.pay_within.as_ref()
    }

    /// Index and settings of the publicity period, if there is one.
    #[must_use]
    pub fn publicity(&self) -> Option<(u16, &Publicity)> {
        let found = self.steps.iter().enumerate().find_map(|(at, step)| Some((at, step.publicity.as_ref()?)));
        found.and_then(|(at, publicity)| Some((u16::try_from(at).ok()?, publicity)))
    }
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
