//! Draws the state that screens render from what the cells came to.

use serde_json::Value;

use super::{
    Field, FieldKind, FieldProblem, FieldState, HeadlineState, LimitState, OfferedOption, PageState, Required,
    ValueOrigin,
    evaluation::{Drawn, Evaluation, LimitOutcome, Outcome, Parts},
    kinds::{self, Around},
    materials,
    plan::options,
    words::{At, another},
};
use crate::{material::MaterialStanding, text::LocalText};

/// Value of "another" in a choice among facts.
pub const OTHER: &str = "other";

impl Evaluation {
    /// Draws one field again; true when its page shows or is complete otherwise than before.
    pub(super) fn draw(&mut self, field: usize) -> bool {
        let definition = self.shared.plan.field(field);
        let plan = &self.shared.plan.fields[field];
        let visible = self.outcomes[plan.visible] == Outcome::Flag(true);
        let required = visible && kinds::takes_answer(&definition.kind) && self.is_required(field);
        let value = match &self.outcomes[plan.value] {
            Outcome::Value(value, _) => value.clone(),
            _ => None,
        };
        let offered = if visible { self.offered(field) } else { Vec::new() };
        let problems = if visible { self.problems(field, value.as_ref(), required, &offered) } else { Vec::new() };
        let origin = value.as_ref().and_then(|value| self.origin(definition, value));
        let id = definition.id.clone();
        let drawn = Drawn { visible, sound: problems.iter().all(|problem| problem.warning) };
        self.state.fields.insert(id, FieldState { visible, required, value, origin, problems, offered });
        self.count(field, drawn)
    }

    fn count(&mut self, field: usize, drawn: Drawn) -> bool {
        let before = std::mem::replace(&mut self.drawn[field], drawn);
        let page = &mut self.pages[self.shared.plan.fields[field].place.0];
        let was = (page.shown > 0, page.unsound == 0);
        page.shown = page.shown + usize::from(drawn.visible) - usize::from(before.visible);
        page.unsound = page.unsound + usize::from(!drawn.sound) - usize::from(!before.sound);
        was != (page.shown > 0, page.unsound == 0)
    }

    fn is_required(&self, field: usize) -> bool {
        match (&self.shared.plan.field(field).required, self.shared.plan.fields[field].required) {
            (Required::Always(always), _) => *always,
            (Required::When(_), Some(cell)) => self.outcomes[cell] == Outcome::Flag(true),
            (Required::When(_), None) => false,
        }
    }

    fn origin(&self, field: &Field, value: &Value) -> Option<ValueOrigin> {
        let key = match &field.kind {
            FieldKind::Computed { .. } => return Some(ValueOrigin::Computed),
            FieldKind::Fact { key, .. } => Some(key),
            _ => field.prefill.as_ref(),
        };
        let fact = self.inputs.facts.0.get(key?)?;
        (fact.value == *value).then(|| ValueOrigin::Register { register: fact.register.clone(), read_at: fact.read_at })
    }

    fn offered(&self, field: usize) -> Vec<OfferedOption> {
        let definition = self.shared.plan.field(field);
        if let FieldKind::FactChoice { from, allow_other } = &definition.kind {
            let list = self.inputs.facts.0.get(from).map(|fact| &fact.value);
            let mut offered: Vec<OfferedOption> =
                list.and_then(Value::as_array).into_iter().flatten().filter_map(option_of_fact).collect();
            if *allow_other {
                offered.push(OfferedOption { value: OTHER.to_owned(), label: another(), effect: None, plain: None });
            }
            return offered;
        }
        let cells = &self.shared.plan.fields[field].offered;
        options(&definition.kind)
            .iter()
            .zip(cells)
            .filter(|(_, cell)| cell.is_none_or(|cell| self.outcomes[cell] == Outcome::Flag(true)))
            .map(|(option, _)| OfferedOption::of(option))
            .collect()
    }

    fn problems(
        &self,
        field: usize,
        value: Option<&Value>,
        required: bool,
        offered: &[OfferedOption],
    ) -> Vec<FieldProblem> {
        let definition = self.shared.plan.field(field);
        let at = At::new(&definition.id, &definition.label);
        let Some(value) = value else {
            return required.then(|| at.required(kinds::ask(&definition.kind))).into_iter().collect();
        };
        let around = Around { today: self.inputs.today, offered: Some(offered) };
        let mut problems = kinds::check(definition, at, value, around);
        let plan = &self.shared.plan.fields[field];
        if let Some((cell, _)) = &plan.entries
            && let Outcome::Problems(inside) = &self.outcomes[*cell]
        {
            problems.extend(inside.iter().cloned());
        }
        for (check, cell) in definition.checks.iter().zip(&plan.checks) {
            if self.outcomes[*cell] == Outcome::Told(Some(false)) {
                let mut problem = at.problem(&check.id, check.message.clone());
                problem.warning = check.warning;
                problems.push(problem);
            }
        }
        problems
    }

    /// Pages, checks of the form, headline, materials, and whether all is complete.
    pub(super) fn summarise(&mut self, parts: Parts) {
        if parts.pages {
            self.state.pages = self.page_states();
        }
        if parts.checks {
            self.state.problems = self.form_problems();
        }
        if parts.headline {
            self.state.headline = self.headline();
        }
        if parts.materials {
            self.state.materials = self.materials();
        }
        self.state.plan = self.plan_state();
        let pages = self.state.pages.iter().all(|page| page.complete);
        let checks = self.state.problems.iter().all(|problem| problem.warning);
        let materials = self.state.materials.iter().all(|state| state.standing != MaterialStanding::Needed);
        self.state.complete = (pages && checks && materials) || self.goes_on_without();
    }

    /// Pages with something on them.
    fn page_states(&self) -> Vec<PageState> {
        let pages = self.shared.plan.item.form.pages.iter().zip(&self.pages);
        let shown = pages.filter(|(_, count)| count.shown > 0);
        shown.map(|(page, count)| PageState { id: page.id.clone(), complete: count.unsound == 0 }).collect()
    }

    fn form_problems(&self) -> Vec<FieldProblem> {
        let plan = &self.shared.plan;
        plan.item
            .form
            .checks
            .iter()
            .zip(&plan.checks)
            .filter(|(_, cell)| self.outcomes[**cell] == Outcome::Told(Some(false)))
            .map(|(check, _)| FieldProblem {
                field: None,
                part: None,
                rule: check.id.clone(),
                message: check.message.clone(),
                warning: check.warning,
            })
            .collect()
    }

    fn headline(&self) -> Option<HeadlineState> {
        let plan = &self.shared.plan;
        let definition = plan.item.form.headline.as_ref()?;
        let Outcome::Headline(Some((place, value))) = self.outcomes[plan.headline?] else { return None };
        let limit = definition.least_of.get(place)?;
        let limits =
            definition.least_of.iter().zip(&plan.limits).filter_map(|(limit, cell)| match self.outcomes[*cell] {
                Outcome::Limit(LimitOutcome::Is(value)) => {
                    Some(LimitState { id: limit.id.clone(), words: limit.words.clone(), value })
                }
                _ => None,
            });
        Some(HeadlineState {
            value,
            format: definition.format,
            limit: limit.id.clone(),
            limited_by: limit.words.clone(),
            limits: limits.collect(),
        })
    }

    fn materials(&self) -> Vec<crate::material::MaterialState> {
        let plan = &self.shared.plan;
        let rules = plan.item.materials.iter().zip(&plan.materials);
        rules
            .filter_map(|(rule, cell)| match &self.outcomes[*cell] {
                Outcome::Material(verdict) => {
                    Some(materials::state(rule, verdict, &self.inputs, &self.shared.calendar))
                }
                _ => None,
            })
            .collect()
    }
}

/// `{value, label, note}` of a register as an option; texts may be plain or in two languages.
fn option_of_fact(entry: &Value) -> Option<OfferedOption> {
    let value = match entry.get("value")? {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let words = |key: &str| entry.get(key).and_then(local);
    let label = words("label").unwrap_or_else(|| LocalText::new(value.clone(), value.clone()));
    Some(OfferedOption { value, label, effect: words("note"), plain: None })
}

fn local(value: &Value) -> Option<LocalText> {
    match value {
        Value::String(text) if !text.is_empty() => Some(LocalText::new(text.clone(), text.clone())),
        Value::Object(_) => serde_json::from_value(value.clone()).ok(),
        _ => None,
    }
}
