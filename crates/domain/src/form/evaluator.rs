//! The only judge of an answer.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;

use super::{FieldId, FormState, Inputs, JudgedCondition, RuleError};
use crate::{calendar::WorkCalendar, item::ServiceItem, material::MaterialChoice, rules::Expr};

/// The rules of one item version, compiled once.
#[derive(Debug, Clone)]
pub struct Evaluator {
    item: Arc<ServiceItem>,
    calendar: Arc<WorkCalendar>,
}

impl Evaluator {
    /// Compiles every rule of the item.
    ///
    /// # Errors
    /// The first rule that cannot be used, with its place.
    pub fn new(item: Arc<ServiceItem>, calendar: Arc<WorkCalendar>) -> Result<Self, RuleError> {
        Ok(Self { item, calendar })
    }

    /// The item it judges.
    #[must_use]
    pub fn item(&self) -> &Arc<ServiceItem> {
        &self.item
    }

    /// Evaluates everything once.
    #[must_use]
    pub fn evaluate(&self, inputs: &Inputs) -> FormState {
        self.begin(inputs.clone()).state
    }

    /// Begins an evaluation that follows changes.
    #[must_use]
    pub fn begin(&self, inputs: Inputs) -> Evaluation {
        let _ = &self.calendar;
        let state = FormState {
            pages: Vec::new(),
            fields: BTreeMap::new(),
            problems: Vec::new(),
            headline: None,
            materials: Vec::new(),
            complete: false,
        };
        Evaluation { inputs, state }
    }

    /// Judges one rule of the item; `None` when it cannot be told.
    #[must_use]
    pub fn judge(&self, rule: &Expr, inputs: &Inputs) -> Option<bool> {
        self.value(rule, inputs)?.as_bool()
    }

    /// The value of one expression of the item; `None` when it cannot be told.
    #[must_use]
    pub fn value(&self, rule: &Expr, inputs: &Inputs) -> Option<Value> {
        let _ = (rule, inputs);
        None
    }

    /// Judges the conditions of the guide.
    #[must_use]
    pub fn conditions(&self, inputs: &Inputs) -> Vec<JudgedCondition> {
        let _ = inputs;
        Vec::new()
    }
}

/// An evaluation that follows changes.
#[derive(Debug, Clone)]
pub struct Evaluation {
    inputs: Inputs,
    state: FormState,
}

impl Evaluation {
    /// Takes changed answers in (`None` clears) and says what the form looks like now.
    pub fn change(&mut self, changes: BTreeMap<FieldId, Option<Value>>) -> &FormState {
        let _ = changes;
        &self.state
    }

    /// Takes changed material choices in.
    pub fn set_choices(&mut self, choices: BTreeMap<String, MaterialChoice>) -> &FormState {
        self.inputs.choices = choices;
        &self.state
    }

    /// The form as it looks now.
    #[must_use]
    pub fn state(&self) -> &FormState {
        &self.state
    }

    /// What it was computed from.
    #[must_use]
    pub fn inputs(&self) -> &Inputs {
        &self.inputs
    }
}
