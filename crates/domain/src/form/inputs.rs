//! What an evaluation knows, and the smaller shapes it answers with.

use std::collections::BTreeMap;

use super::Answers;
use crate::{
    licence::Licence,
    material::MaterialChoice,
    person::{Applicant, Facts},
    text::LocalText,
    time::Date,
};

/// Everything an evaluation knows. Nothing else is read: no clock, no register.
#[derive(Debug, Clone, PartialEq)]
pub struct Inputs {
    /// Typed answers, hidden ones included.
    pub answers: Answers,
    /// What registers answered.
    pub facts: Facts,
    /// Who applies; absent before a sign-in.
    pub applicant: Option<Applicant>,
    /// How material slots are filled.
    pub choices: BTreeMap<String, MaterialChoice>,
    /// Licences the applicant holds.
    pub licences: Vec<Licence>,
    /// The day in the city.
    pub today: Date,
}

impl Inputs {
    /// Nothing known but the day.
    #[must_use]
    pub fn on(today: Date) -> Self {
        Self {
            answers: Answers::new(),
            facts: Facts::default(),
            applicant: None,
            choices: BTreeMap::new(),
            licences: Vec::new(),
            today,
        }
    }
}

/// A condition of the guide, judged for one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedCondition {
    /// Condition id.
    pub id: String,
    /// Its words.
    pub words: LocalText,
    /// Met or not; absent when facts cannot tell.
    pub met: Option<bool>,
    /// What stands beside it, facts filled in.
    pub note: Option<LocalText>,
    /// Of one that cannot be told: why not.
    pub open: Option<WhyOpen>,
}

/// Why a condition cannot be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhyOpen {
    /// Nobody is signed in, so nothing is known of anybody.
    SignedOut,
    /// It has no rule: somebody looks at papers, or at the place.
    Person,
    /// Registers said nothing about these facts.
    Facts(Vec<String>),
    /// It follows from what is answered in the form.
    Answers,
}

/// Answers carried over to another version of a form.
#[derive(Debug, Clone, PartialEq)]
pub struct Upgraded {
    /// The answers under their new ids; what no longer fits is gone.
    pub answers: Answers,
    /// Labels of new questions.
    pub added: Vec<LocalText>,
    /// Labels of questions that are gone.
    pub removed: Vec<LocalText>,
    /// Labels of questions whose answer must be looked at again.
    pub review: Vec<LocalText>,
}
