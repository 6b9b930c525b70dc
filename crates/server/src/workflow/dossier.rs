//! A case in memory, and the surroundings it is judged in.

use std::{collections::BTreeMap, sync::Arc};

use haoban_domain::{
    calendar::WorkCalendar,
    case::{CaseState, ChargeView, CorrectionPoint, DecisionView, Way, clock::Clocks, timeline::Happening},
    form::{Answers, Evaluator, HeadlineState, Inputs},
    ids::{CaseId, CorrectionId, PartyId},
    item::ServiceItem,
    licence::Licence,
    material::MaterialChoice,
    person::{Applicant, Facts},
    time::{Date, Timestamp},
    workflow::WorkflowStep,
};

use super::Promise;
use crate::{AppState, Error, Result, catalogue::LoadedPack, joint::PartRecord};

/// Everything around a case at one moment.
pub(crate) struct Scene<'a> {
    pub state: &'a AppState,
    pub pack: Arc<LoadedPack>,
    pub calendar: Arc<WorkCalendar>,
    pub now: Timestamp,
    pub today: Date,
}

impl<'a> Scene<'a> {
    /// The surroundings now.
    pub fn now(state: &'a AppState) -> Self {
        let pack = state.catalogue.current();
        let now = state.clock.now();
        Self { state, calendar: Arc::clone(&pack.calendar), pack, now, today: now.city_date() }
    }

    /// Ten random bytes for an id.
    pub fn random(&self) -> [u8; 10] {
        crate::ports::random_bytes(self.state.random.as_ref())
    }
}

/// The one correction notice a case may have.
#[derive(Debug, Clone)]
pub(crate) struct Correction {
    pub id: CorrectionId,
    pub department: String,
    pub points: Vec<CorrectionPoint>,
    pub days: u16,
    pub due_on: Date,
    pub requested_at: Timestamp,
    pub answered_at: Option<Timestamp>,
    pub answers_before: Option<Answers>,
}

/// A case, whole.
#[derive(Debug, Clone)]
pub(crate) struct Dossier {
    pub id: CaseId,
    pub number: String,
    pub party: PartyId,
    pub rules: Arc<Evaluator>,
    pub channel: String,
    pub machine: CaseState,
    /// Which steps it takes, and who has each.
    pub way: Way,
    pub clocks: Clocks,
    pub revision: u64,
    pub submitted_at: Timestamp,
    pub applicant: Applicant,
    pub answers: Answers,
    pub choices: BTreeMap<String, MaterialChoice>,
    /// Slots that were asked, in the item's order; those without a choice were settled by a register.
    pub slots: Vec<String>,
    pub facts: Facts,
    pub headline: Option<HeadlineState>,
    pub decision: Option<DecisionView>,
    pub charge: Option<ChargeView>,
    pub happenings: Vec<Happening>,
    pub correction: Option<Correction>,
    /// Materials promised for later, those that came among them.
    pub promises: Vec<Promise>,
    /// The joint case it is part of.
    pub parent: Option<CaseId>,
    /// Parts of a joint case; empty for others.
    pub parts: Vec<PartRecord>,
}

impl Dossier {
    /// The definition it runs under.
    pub fn item(&self) -> &ServiceItem {
        self.rules.item()
    }

    /// A step of its workflow.
    pub fn step_at(&self, step: u16) -> Result<&WorkflowStep> {
        let steps = &self.item().workflow.steps;
        steps.get(usize::from(step)).ok_or_else(|| Error::internal("the workflow has no such step"))
    }

    /// Decides its way anew, after answers or materials changed: of the steps that come after the present one.
    pub fn redirect(&mut self, inputs: &Inputs) {
        self.way = Way::decide(&self.rules, inputs).from_step(&self.way, self.machine.step);
        self.machine = self.machine.under(&self.rules.item().workflow, &self.way);
    }

    /// Department that has it now, or had it last.
    pub fn department(&self) -> &str {
        self.way.department(self.machine.step).unwrap_or(self.item().guide.department.as_str())
    }

    /// What its rules are judged on.
    pub fn inputs(&self, licences: Vec<Licence>, today: Date) -> Inputs {
        Inputs {
            answers: self.answers.clone(),
            facts: self.facts.clone(),
            applicant: Some(self.applicant.clone()),
            choices: self.choices.clone(),
            licences,
            today,
        }
    }
}
