//! An evaluation that follows changes: only the cells behind a change run again.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde_json::Value;

use super::{
    FieldId, FieldKind, FieldProblem, FormState, Inputs,
    entries::ListView,
    evaluator::Shared,
    kinds::{self, Around},
    knowledge,
    materials::MaterialVerdict,
    plan::Cell,
    words::At,
};
use crate::{
    material::{MaterialChoice, Replacement},
    rules::{Expr, Known, Rule, Scope, to_cel},
};

/// What a cell came to.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Outcome {
    /// Not computed yet.
    Unset,
    /// Shown, offered, required.
    Flag(bool),
    /// A check: passed, failed, or not to be told.
    Told(Option<bool>),
    /// A value, and whether its kind accepts it, so that rules may read it.
    Value(Option<Value>, bool),
    /// A limit.
    Limit(LimitOutcome),
    /// Place of the limit that counts, and its value.
    Headline(Option<(usize, i64)>),
    /// What is wrong inside a list.
    Problems(Vec<FieldProblem>),
    /// What the rules of a material say.
    Material(MaterialVerdict),
}

/// A limit of the headline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LimitOutcome {
    /// Does not count in this situation.
    Off,
    /// Counts, but its value cannot be told.
    Unknown,
    /// Counts.
    Is(i64),
}

/// An evaluation that follows changes.
#[derive(Debug, Clone)]
pub struct Evaluation {
    pub(super) shared: Arc<Shared>,
    pub(super) inputs: Inputs,
    known: Known,
    pub(super) outcomes: Vec<Outcome>,
    pub(super) drawn: Vec<Drawn>,
    pub(super) pages: Vec<PageCount>,
    pub(super) state: FormState,
    /// It only tries something out: what stands in the way is not asked further.
    pub(super) trial: bool,
}

/// What a field adds to its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Drawn {
    /// It shows.
    pub visible: bool,
    /// Nothing about it stands in the way.
    pub sound: bool,
}

/// How many fields of a page show, and how many of all stand in the way.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct PageCount {
    /// Fields that show.
    pub shown: usize,
    /// Fields that stand in the way.
    pub unsound: usize,
}

/// What a change has to draw again.
#[derive(Debug, Default)]
struct Touched {
    fields: BTreeSet<usize>,
    parts: Parts,
}

/// The parts of a form's state beside its fields.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Parts {
    /// Which pages apply, or which are complete.
    pub pages: bool,
    /// Checks of the form.
    pub checks: bool,
    /// The figure on top.
    pub headline: bool,
    /// Materials.
    pub materials: bool,
}

impl Parts {
    const ALL: Self = Self { pages: true, checks: true, headline: true, materials: true };
}

impl Evaluation {
    /// Evaluates everything once.
    pub(super) fn new(shared: Arc<Shared>, inputs: Inputs) -> Self {
        let known = knowledge::known(&inputs, &shared.plan.item.guide.figures);
        let (cells, fields, pages) = (shared.plan.cells.len(), shared.plan.fields.len(), shared.plan.pages.len());
        let mut evaluation = Self {
            shared,
            inputs,
            known,
            outcomes: vec![Outcome::Unset; cells],
            drawn: vec![Drawn { visible: false, sound: true }; fields],
            pages: vec![PageCount::default(); pages],
            state: FormState {
                pages: Vec::new(),
                fields: BTreeMap::new(),
                problems: Vec::new(),
                headline: None,
                materials: Vec::new(),
                plan: None,
                complete: false,
            },
            trial: false,
        };
        evaluation.run((0..cells).collect(), Touched { fields: (0..fields).collect(), parts: Parts::ALL });
        evaluation
    }

    /// Takes changed answers in (`None` clears) and says what the form looks like now. Fields the form
    /// does not have are passed over.
    pub fn change(&mut self, changes: BTreeMap<FieldId, Option<Value>>) -> &FormState {
        let shared = Arc::clone(&self.shared);
        let mut dirty = BTreeSet::new();
        let mut touched = Touched::default();
        for (id, value) in changes {
            let Some(field) = shared.plan.index.get(&id) else { continue };
            match value.filter(|value| !value.is_null()) {
                Some(value) => self.inputs.answers.insert(id, value),
                None => self.inputs.answers.remove(&id),
            };
            dirty.insert(shared.plan.fields[*field].value);
            touched.fields.insert(*field);
        }
        self.run(dirty, touched);
        &self.state
    }

    /// Takes changed material choices in.
    pub fn set_choices(&mut self, choices: BTreeMap<String, MaterialChoice>) -> &FormState {
        self.inputs.choices = choices;
        self.summarise(Parts { materials: true, ..Parts::default() });
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

    /// Judges one more rule on the present state; `None` when it cannot be told.
    #[must_use]
    pub fn judge(&self, rule: &Expr) -> Option<bool> {
        self.value(rule)?.as_bool()
    }

    /// The value of one more expression on the present state; `None` when it cannot be told. Unknown
    /// facts make it so, unless the expression itself speaks of null.
    #[must_use]
    pub fn value(&self, rule: &Expr) -> Option<Value> {
        self.shared.with_rule(rule, |rule| {
            let scope = self.scope_for(rule);
            rule.json(&scope.context(&self.shared.root))
        })?
    }

    fn scope_for(&self, rule: &Rule) -> Scope<'_> {
        if rule.reads.null { Scope::new(&self.known) } else { Scope::strict(&self.known) }
    }

    /// Runs dirty cells in order and draws what they touch again. What a change costs is what hangs on it.
    fn run(&mut self, mut dirty: BTreeSet<usize>, mut touched: Touched) {
        let shared = Arc::clone(&self.shared);
        while let Some(position) = dirty.pop_first() {
            let plan = &shared.plan.cells[position];
            let outcome = self.compute(position);
            if outcome == self.outcomes[position] {
                continue;
            }
            self.learn(plan.cell, &outcome);
            self.outcomes[position] = outcome;
            match plan.cell {
                Cell::Visible(field)
                | Cell::Offered(field)
                | Cell::Value(field)
                | Cell::Required(field)
                | Cell::FieldCheck(field)
                | Cell::Entries(field) => {
                    touched.fields.insert(field);
                }
                Cell::FormCheck => touched.parts.checks = true,
                Cell::Limit(_) | Cell::Headline => touched.parts.headline = true,
                Cell::Material => touched.parts.materials = true,
                Cell::Page => {}
            }
            dirty.extend(&plan.dependents);
        }
        for field in touched.fields {
            touched.parts.pages |= self.draw(field);
        }
        self.summarise(touched.parts);
    }

    /// Lets rules read what a cell came to.
    fn learn(&mut self, cell: Cell, outcome: &Outcome) {
        match (cell, outcome) {
            (Cell::Value(field), Outcome::Value(value, sound)) => {
                let id = &self.shared.plan.field(field).id;
                match value {
                    Some(value) if *sound => {
                        self.known.answers.insert(id.clone(), to_cel(value));
                    }
                    _ => {
                        self.known.answers.remove(id);
                    }
                }
            }
            (Cell::Headline, Outcome::Headline(found)) => {
                self.known.headline.clear();
                let limits = self.shared.plan.item.form.headline.as_ref().map(|headline| &headline.least_of);
                if let (Some((place, value)), Some(limits)) = (found, limits) {
                    self.known.headline.insert("value".to_owned(), to_cel(&Value::from(*value)));
                    self.known.headline.insert("limit".to_owned(), to_cel(&Value::from(limits[*place].id.as_str())));
                }
            }
            _ => {}
        }
    }

    fn compute(&self, position: usize) -> Outcome {
        let plan = &self.shared.plan.cells[position];
        let rule = plan.rules.first().and_then(Option::as_ref);
        match plan.cell {
            Cell::Page => Outcome::Flag(self.holds(rule)),
            Cell::Visible(field) => {
                let (page, _) = self.shared.plan.fields[field].place;
                let page = self.outcomes[self.shared.plan.pages[page]] == Outcome::Flag(true);
                Outcome::Flag(page && self.holds(rule))
            }
            Cell::Offered(_) | Cell::Required(_) => Outcome::Flag(self.holds(rule)),
            Cell::Value(field) => self.value_of(field, rule),
            Cell::FieldCheck(_) | Cell::FormCheck => {
                let judged = self.holds(plan.rules.get(1).and_then(Option::as_ref));
                Outcome::Told(rule.filter(|_| judged).and_then(|rule| self.check(rule)))
            }
            Cell::Entries(field) => Outcome::Problems(self.entries(field)),
            Cell::Limit(_) => Outcome::Limit(self.limit(&plan.rules)),
            Cell::Headline => Outcome::Headline(self.least()),
            Cell::Material => Outcome::Material(self.material(position)),
        }
    }

    /// A condition of showing: absent means yes, what cannot be told means no.
    fn holds(&self, rule: Option<&Rule>) -> bool {
        rule.is_none_or(|rule| self.truth(rule) == Some(true))
    }

    fn truth(&self, rule: &Rule) -> Option<bool> {
        let scope = Scope::new(&self.known);
        rule.truth(&scope.context(&self.shared.root))
    }

    /// A check is skipped while anything it reads is unanswered, unless it asks for that itself.
    fn check(&self, rule: &Rule) -> Option<bool> {
        let reads = &rule.reads;
        let answered = reads.answers.iter().all(|id| self.known.answers.contains_key(id))
            && (!reads.headline || !self.known.headline.is_empty());
        (answered || reads.null).then(|| self.truth(rule)).flatten()
    }

    fn value_of(&self, field: usize, rule: Option<&Rule>) -> Outcome {
        let plan = &self.shared.plan.fields[field];
        if self.outcomes[plan.visible] != Outcome::Flag(true) {
            return Outcome::Value(None, true);
        }
        let definition = self.shared.plan.field(field);
        let fact = |key: &String| self.inputs.facts.0.get(key).map(|fact| fact.value.clone());
        let value = match &definition.kind {
            FieldKind::Computed { .. } => rule.and_then(|rule| {
                let scope = self.scope_for(rule);
                rule.json(&scope.context(&self.shared.root))
            }),
            FieldKind::Fact { key, .. } => fact(key),
            FieldKind::TextBlock => None,
            _ => {
                let typed = self.inputs.answers.get(&definition.id).filter(|value| kinds::is_answer(value)).cloned();
                typed.or_else(|| definition.prefill.as_ref().and_then(fact))
            }
        };
        let value = value.filter(kinds::is_answer);
        let around = Around { today: self.inputs.today, offered: None };
        let sound = value.as_ref().is_none_or(|value| {
            let at = At::new(&definition.id, &definition.label);
            kinds::check(definition, at, value, around).iter().all(|problem| problem.warning)
        });
        Outcome::Value(value, sound)
    }

    fn entries(&self, field: usize) -> Vec<FieldProblem> {
        let plan = &self.shared.plan.fields[field];
        let definition = self.shared.plan.field(field);
        let (Some((_, entries)), Outcome::Value(Some(value), _)) = (&plan.entries, &self.outcomes[plan.value]) else {
            return Vec::new();
        };
        let (FieldKind::People { fields, max, .. } | FieldKind::Group { fields, max, .. }) = &definition.kind else {
            return Vec::new();
        };
        let view = ListView {
            id: &definition.id,
            label: &definition.label,
            fields,
            max: *max,
            known: &self.known,
            root: &self.shared.root,
            today: self.inputs.today,
        };
        entries.check(&view, value)
    }

    fn limit(&self, rules: &[Option<Rule>]) -> LimitOutcome {
        let when = rules.get(1).and_then(Option::as_ref);
        if !self.holds(when) {
            return LimitOutcome::Off;
        }
        let value = rules.first().and_then(Option::as_ref).and_then(|rule| {
            let scope = self.scope_for(rule);
            rule.number(&scope.context(&self.shared.root))
        });
        value.map_or(LimitOutcome::Unknown, LimitOutcome::Is)
    }

    /// The least limit. One that counts and cannot be told leaves the figure open: a promise that a
    /// later answer could lower is none.
    fn least(&self) -> Option<(usize, i64)> {
        let mut least: Option<(usize, i64)> = None;
        for (place, cell) in self.shared.plan.limits.iter().enumerate() {
            match self.outcomes[*cell] {
                Outcome::Limit(LimitOutcome::Is(value)) if least.is_none_or(|(_, known)| value < known) => {
                    least = Some((place, value));
                }
                Outcome::Limit(LimitOutcome::Unknown) => return None,
                _ => {}
            }
        }
        least
    }

    fn material(&self, position: usize) -> MaterialVerdict {
        let plan = &self.shared.plan;
        let rules = &plan.cells[position].rules;
        let asked = self.holds(rules.first().and_then(Option::as_ref));
        let number = plan.materials.iter().position(|cell| *cell == position);
        let replacements = number.map_or(&[][..], |number| plan.item.materials[number].replaced_by.as_slice());
        let holds =
            replacements.iter().zip(rules.iter().skip(1)).map(|(replacement, rule)| match (replacement, rule) {
                (Replacement::Licence { .. }, rule) => self.holds(rule.as_ref()),
                (Replacement::Register { .. }, Some(rule)) => {
                    let scope = self.scope_for(rule);
                    rule.truth(&scope.context(&self.shared.root)) == Some(true)
                }
                (Replacement::Register { .. }, None) => false,
            });
        MaterialVerdict { asked, holds: holds.collect() }
    }
}
