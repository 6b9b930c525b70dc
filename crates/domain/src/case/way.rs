//! The way of one case through its workflow: which steps it takes, and who has each.

use serde::{Deserialize, Serialize};

use crate::{
    form::{Evaluator, Inputs},
    workflow::{Workflow, WorkflowStep},
};

/// For each step of the workflow the department that has it; `None` for a step that is not part of this case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Way(Vec<Option<String>>);

impl Way {
    /// The way of every case of a workflow without conditions and routes.
    #[must_use]
    pub fn plain(workflow: &Workflow) -> Self {
        Self(workflow.steps.iter().map(|step| Some(step.department.clone())).collect())
    }

    /// Decides the way by the rules of the steps.
    #[must_use]
    pub fn decide(rules: &Evaluator, inputs: &Inputs) -> Self {
        let workflow = &rules.item().workflow;
        if !workflow.steps.iter().any(|step| step.when.is_some() || !step.route.is_empty()) {
            return Self::plain(workflow);
        }
        let evaluation = rules.begin(inputs.clone());
        let last = workflow.steps.len().saturating_sub(1);
        let taken = |(at, step): (usize, &WorkflowStep)| {
            // Every case is accepted by somebody and decided by somebody. What cannot be told is looked at rather than
            // left out.
            let between = at > 0 && at < last;
            if step.when.as_ref().filter(|_| between).is_some_and(|rule| evaluation.judge(rule) == Some(false)) {
                return None;
            }
            let routed = step.route.iter().find(|route| evaluation.judge(&route.when) == Some(true));
            Some(routed.map_or(&step.department, |route| &route.department).clone())
        };
        Self(workflow.steps.iter().enumerate().map(taken).collect())
    }

    /// The same with the steps up to and with `step` as they are in `before`: a case does not go back.
    #[must_use]
    pub fn from_step(mut self, before: &Self, step: u16) -> Self {
        for (now, then) in self.0.iter_mut().zip(&before.0).take(usize::from(step) + 1) {
            now.clone_from(then);
        }
        self
    }

    /// The department of a step; `None` when the case does not take it.
    #[must_use]
    pub fn department(&self, step: u16) -> Option<&str> {
        self.0.get(usize::from(step))?.as_deref()
    }

    /// The steps that the case does not take.
    #[must_use]
    pub fn skipped(&self) -> Skipped {
        let left_out = self.0.iter().enumerate().filter(|(_, department)| department.is_none());
        Skipped(left_out.fold(0, |mask, (step, _)| mask | bit(step)))
    }
}

/// Steps that a case does not take, one bit each; a workflow has at most twelve.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Skipped(u32);

fn bit(step: usize) -> u32 {
    u32::try_from(step).ok().and_then(|step| 1u32.checked_shl(step)).unwrap_or(0)
}

impl Skipped {
    /// Whether a step is left out.
    #[must_use]
    pub fn has(self, step: u16) -> bool {
        self.0 & bit(usize::from(step)) != 0
    }

    /// The next step after this one that the case takes, of so many.
    #[must_use]
    pub fn next(self, step: u16, steps: u16) -> Option<u16> {
        (step.saturating_add(1)..steps).find(|next| !self.has(*next))
    }

    /// The step before this one that the case took.
    #[must_use]
    pub fn before(self, step: u16) -> Option<u16> {
        (0..step).rev().find(|earlier| !self.has(*earlier))
    }
}
