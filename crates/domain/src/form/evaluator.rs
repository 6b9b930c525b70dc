//! The only judge of an answer: rules compiled once per item version.

use std::{collections::HashMap, sync::Arc};

use cel::Context;
use serde_json::Value;

use super::{
    FormState, Inputs, JudgedCondition, RuleError, WhyOpen, conditions::fill, evaluation::Evaluation, names::Names,
    plan::Plan,
};
use crate::{
    calendar::WorkCalendar,
    item::ServiceItem,
    reminder::ReminderDay,
    rules::{Expr, Rule, root_context},
    workflow::Output,
};

/// The rules of one item version, compiled once. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Evaluator {
    shared: Arc<Shared>,
}

/// What all evaluations of an item share.
pub(super) struct Shared {
    pub plan: Plan,
    pub root: Context<'static, 'static>,
    pub calendar: Arc<WorkCalendar>,
    names: Names,
    others: HashMap<Expr, Rule>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let item = &self.plan.item;
        f.debug_struct("Shared").field("item", &item.code).field("version", &item.version).finish_non_exhaustive()
    }
}

impl Evaluator {
    /// Compiles every rule of the item: form, materials, conditions, workflow.
    ///
    /// # Errors
    /// The first rule that cannot be used, with its place.
    pub fn new(item: Arc<ServiceItem>, calendar: Arc<WorkCalendar>) -> Result<Self, RuleError> {
        let names = Names::of(&item);
        let others = other_rules(&item, &names)?;
        let root = root_context(Arc::clone(&calendar)).map_err(|error| RuleError {
            place: "functions".to_owned(),
            expression: String::new(),
            reason: error.to_string(),
        })?;
        let plan = Plan::new(item)?;
        Ok(Self { shared: Arc::new(Shared { plan, root, calendar, names, others }) })
    }

    /// The item it judges.
    #[must_use]
    pub fn item(&self) -> &Arc<ServiceItem> {
        &self.shared.plan.item
    }

    /// The calendar it counts working days by.
    #[must_use]
    pub fn calendar(&self) -> &Arc<WorkCalendar> {
        &self.shared.calendar
    }

    /// Evaluates everything once.
    #[must_use]
    pub fn evaluate(&self, inputs: &Inputs) -> FormState {
        self.begin(inputs.clone()).state
    }

    /// Begins an evaluation that follows changes.
    #[must_use]
    pub fn begin(&self, inputs: Inputs) -> Evaluation {
        Evaluation::new(Arc::clone(&self.shared), inputs)
    }

    /// Judges one rule; `None` when it cannot be told. For several rules on the same inputs use
    /// [`Evaluation::judge`].
    #[must_use]
    pub fn judge(&self, rule: &Expr, inputs: &Inputs) -> Option<bool> {
        self.begin(inputs.clone()).judge(rule)
    }

    /// The value of one expression; `None` when it cannot be told.
    #[must_use]
    pub fn value(&self, rule: &Expr, inputs: &Inputs) -> Option<Value> {
        self.begin(inputs.clone()).value(rule)
    }

    /// Judges the conditions of the guide, with their notes filled in.
    #[must_use]
    pub fn conditions(&self, inputs: &Inputs) -> Vec<JudgedCondition> {
        let evaluation = self.begin(inputs.clone());
        // Nobody is signed in: nothing is known of them, and what they do not hold here says nothing.
        let known = inputs.applicant.is_some();
        let judge = |condition: &crate::item::Condition| {
            let met = condition.rule.as_ref().filter(|_| known).and_then(|rule| evaluation.judge(rule));
            let note = match met {
                Some(true) => condition.when_met.as_ref(),
                Some(false) => condition.when_not.as_ref(),
                None => condition.when_open.as_ref(),
            };
            JudgedCondition {
                id: condition.id.clone(),
                words: condition.words.clone(),
                met,
                note: note.and_then(|note| fill(note, &inputs.facts)),
                open: met.is_none().then(|| self.why_open(condition, inputs)),
            }
        };
        self.item().guide.conditions.iter().map(judge).collect()
    }

    /// Why a condition that cannot be told cannot be told.
    fn why_open(&self, condition: &crate::item::Condition, inputs: &Inputs) -> WhyOpen {
        let Some(rule) = &condition.rule else { return WhyOpen::Person };
        if inputs.applicant.is_none() {
            return WhyOpen::SignedOut;
        }
        let reads = self.shared.with_rule(rule, |rule| rule.reads.clone()).unwrap_or_default();
        let known = |key: &String| inputs.facts.0.get(key).is_some_and(|fact| !fact.value.is_null());
        let missing: Vec<String> = reads.facts.into_iter().filter(|key| !known(key)).collect();
        if missing.is_empty() { WhyOpen::Answers } else { WhyOpen::Facts(missing) }
    }
}

impl Shared {
    /// Finds a compiled rule, or compiles it for this one use.
    pub fn with_rule<T>(&self, expression: &Expr, run: impl FnOnce(&Rule) -> T) -> Option<T> {
        if let Some(rule) = self.others.get(expression) {
            return Some(run(rule));
        }
        let rule = self.names.compile("asked for", expression).ok()?;
        Some(run(&rule))
    }
}

/// Rules that stand outside form and materials.
fn other_rules(item: &ServiceItem, names: &Names) -> Result<HashMap<Expr, Rule>, RuleError> {
    let mut rules = HashMap::new();
    let mut add = |place: String, rule: &Expr| -> Result<(), RuleError> {
        let compiled = names.compile(&place, rule)?;
        rules.insert(rule.clone(), compiled);
        Ok(())
    };
    for condition in &item.guide.conditions {
        if let Some(rule) = &condition.rule {
            add(format!("guide.conditions[{}].rule", condition.id), rule)?;
        }
    }
    for question in item.form.calculator.iter().flat_map(|calculator| &calculator.unknown_facts) {
        if let Some(rule) = &question.ask.show {
            add(format!("form.calculator.unknown_facts[{}].show", question.ask.id), rule)?;
        }
    }
    for part in item.joint.iter().flat_map(|joint| &joint.parts) {
        for rule in part.when.iter().chain(&part.unless).chain(part.given.values()).chain(part.listed.iter().flatten())
        {
            add(format!("joint.parts[{}]", part.item), rule)?;
        }
    }
    for note in item.joint.iter().flat_map(|joint| &joint.notes) {
        if let Some(rule) = &note.when {
            add(format!("joint.notes[{}]", note.id), rule)?;
        }
    }
    for rule in item.workflow.instant.iter().flat_map(|instant| &instant.grant_when) {
        add(format!("workflow.instant.grant_when[{}]", rule.id), &rule.rule)?;
    }
    for step in &item.workflow.steps {
        if let Some(rule) = &step.when {
            add(format!("workflow.steps[{}].when", step.id), rule)?;
        }
        for (number, route) in step.route.iter().enumerate() {
            add(format!("workflow.steps[{}].route[{number}]", step.id), &route.when)?;
        }
        for check in &step.checks {
            if let Some(rule) = &check.rule {
                add(format!("workflow.steps[{}].checks[{}]", step.id, check.id), rule)?;
            }
        }
    }
    if let Some((step, publicity)) = item.workflow.publicity() {
        for (number, line) in publicity.shows.iter().enumerate() {
            add(format!("workflow.steps[{step}].publicity.shows[{number}]"), &line.value)?;
        }
    }
    if let Some(charge) = &item.workflow.charge {
        add("workflow.charge.amount".to_owned(), &charge.amount)?;
    }
    for (number, output) in item.workflow.outputs.iter().enumerate() {
        match output {
            Output::Licence { fields, .. } | Output::Document { fields, .. } => {
                for field in fields {
                    add(format!("workflow.outputs[{number}].fields[{}]", field.label.zh), &field.value)?;
                }
            }
            Output::Payment { amount, .. } => add(format!("workflow.outputs[{number}].amount"), amount)?,
        }
    }
    for reminder in &item.workflow.reminders {
        if let ReminderDay::Day(day) = &reminder.of {
            add(format!("workflow.reminders[{}].of.day", reminder.id), day)?;
        }
    }
    if let Some(renewal) = &item.workflow.renewal {
        add("workflow.renewal.when".to_owned(), &renewal.when)?;
        add("workflow.renewal.until".to_owned(), &renewal.until)?;
    }
    for entry in &item.workflow.records {
        add(format!("workflow.records[{}].value", entry.fact), &entry.value)?;
    }
    Ok(rules)
}
