//! Lists of people or things: fields inside entries, judged entry by entry. Their rules read the
//! entry's own answers as `entry.<field>` and the form's as `answers.<field>`.

use cel::Context;
use serde_json::{Map, Value};

use super::{
    Field, FieldKind, FieldProblem, OfferedOption, Required, RuleError,
    kinds::{self, Around},
    names::Names,
    plan::options,
    words::At,
};
use crate::{
    rules::{Known, Rule, Scope, Table, to_cel},
    text::LocalText,
    time::Date,
};

/// The rules of the fields of one list.
#[derive(Debug)]
pub(super) struct EntryPlan {
    fields: Vec<InnerPlan>,
}

#[derive(Debug)]
struct InnerPlan {
    show: Option<Rule>,
    required: Option<Rule>,
    checks: Vec<(Rule, Option<Rule>)>,
    offered: Vec<Option<Rule>>,
}

impl EntryPlan {
    /// Compiles the rules of the inner fields.
    pub fn new(place: &str, fields: &[Field], names: &Names) -> Result<Self, RuleError> {
        let mut plans = Vec::new();
        for field in fields {
            plans.push(InnerPlan::new(&format!("{place}.fields[{}]", field.id), field, names)?);
        }
        Ok(Self { fields: plans })
    }

    /// Copies of all rules, for the plan to see what they read.
    pub fn rules(&self) -> Vec<Option<Rule>> {
        let of = |inner: &InnerPlan| -> Vec<Option<Rule>> {
            let single = [inner.show.clone(), inner.required.clone()];
            let checks = inner.checks.iter().cloned().flat_map(|(rule, when)| [Some(rule), when]);
            single.into_iter().chain(checks).chain(inner.offered.iter().cloned()).collect()
        };
        self.fields.iter().flat_map(of).collect()
    }
}

impl InnerPlan {
    fn new(place: &str, field: &Field, names: &Names) -> Result<Self, RuleError> {
        let plain = matches!(
            field.kind,
            FieldKind::Computed { .. }
                | FieldKind::Fact { .. }
                | FieldKind::FactChoice { .. }
                | FieldKind::Appointment { .. }
                | FieldKind::People { .. }
                | FieldKind::Group { .. }
        );
        if plain {
            return Err(RuleError {
                place: place.to_owned(),
                expression: String::new(),
                reason: "entries of a list hold plain fields only; move this one outside".to_owned(),
            });
        }
        let compile = |what: &str, rule: Option<&crate::rules::Expr>| {
            rule.map(|rule| names.compile(&format!("{place}.{what}"), rule)).transpose()
        };
        let required = match &field.required {
            Required::Always(_) => None,
            Required::When(rule) => compile("required", Some(rule))?,
        };
        let mut checks = Vec::new();
        for check in &field.checks {
            let rule = names.compile(&format!("{place}.checks[{}]", check.id), &check.rule)?;
            checks.push((rule, compile(&format!("checks[{}].when", check.id), check.when.as_ref())?));
        }
        let mut offered = Vec::new();
        for option in options(&field.kind) {
            offered.push(compile(&format!("options[{}]", option.value), option.show.as_ref())?);
        }
        Ok(Self { show: compile("show", field.show.as_ref())?, required, checks, offered })
    }
}

/// What judging a list needs.
pub(super) struct ListView<'a> {
    /// Field id.
    pub id: &'a str,
    /// Its label.
    pub label: &'a LocalText,
    /// Fields of each entry.
    pub fields: &'a [Field],
    /// Most entries.
    pub max: u8,
    /// Everything rules may read.
    pub known: &'a Known,
    /// The functions.
    pub root: &'a Context<'static, 'static>,
    /// The day in the city.
    pub today: Date,
}

impl EntryPlan {
    /// Problems of a whole list.
    pub fn check(&self, view: &ListView<'_>, value: &Value) -> Vec<FieldProblem> {
        let at = At::new(view.id, view.label);
        let Some(list) = value.as_array() else { return vec![at.wrong_type()] };
        if list.len() > usize::from(view.max) {
            let (max, now) = (view.max, list.len());
            return vec![at.says(
                "too_many",
                &format!("最多 {max} 项，现在 {now} 项，请删去多余的"),
                &format!("at most {max} entries, now {now}; remove some"),
            )];
        }
        let mut problems = Vec::new();
        for (position, entry) in list.iter().enumerate() {
            match entry.as_object() {
                Some(entry) => self.check_entry(view, position, entry, &mut problems),
                None => problems.push(at.wrong_type()),
            }
        }
        problems
    }

    fn check_entry(
        &self,
        view: &ListView<'_>,
        position: usize,
        entry: &Map<String, Value>,
        problems: &mut Vec<FieldProblem>,
    ) {
        let table: Table = entry
            .iter()
            .filter(|(_, value)| kinds::is_answer(value))
            .map(|(id, value)| (id.clone(), to_cel(value)))
            .collect();
        let scope = Scope::with_entry(view.known, &table);
        let context = scope.context(view.root);
        for (plan, field) in self.fields.iter().zip(view.fields) {
            if plan.show.as_ref().is_some_and(|show| show.truth(&context) != Some(true)) {
                continue;
            }
            let path = format!("{}[{position}].{}", view.id, field.id);
            let at = At::new(&path, &field.label);
            let value = entry.get(&field.id).filter(|value| kinds::is_answer(value));
            problems.extend(plan.problems(field, at, value, &context, view.today));
        }
    }
}

impl InnerPlan {
    fn problems(
        &self,
        field: &Field,
        at: At<'_>,
        value: Option<&Value>,
        context: &Context<'_, '_>,
        today: Date,
    ) -> Vec<FieldProblem> {
        let Some(value) = value else {
            let required = match &field.required {
                Required::Always(required) => *required,
                Required::When(_) => self.required.as_ref().and_then(|rule| rule.truth(context)) == Some(true),
            };
            let asked = required && kinds::takes_answer(&field.kind);
            return asked.then(|| at.required(kinds::ask(&field.kind))).into_iter().collect();
        };
        let offered: Vec<OfferedOption> = options(&field.kind)
            .iter()
            .zip(&self.offered)
            .filter(|(_, rule)| rule.as_ref().is_none_or(|rule| rule.truth(context) == Some(true)))
            .map(|(option, _)| OfferedOption::of(option))
            .collect();
        let mut problems = kinds::check(field, at, value, Around { today, offered: Some(&offered) });
        for (check, (rule, when)) in field.checks.iter().zip(&self.checks) {
            let judged = when.as_ref().is_none_or(|when| when.truth(context) == Some(true));
            if judged && rule.truth(context) == Some(false) {
                let mut problem = at.problem(&check.id, check.message.clone());
                problem.warning = check.warning;
                problems.push(problem);
            }
        }
        problems
    }
}

impl OfferedOption {
    /// An option as it is offered.
    pub(super) fn of(option: &super::ChoiceOption) -> Self {
        Self {
            value: option.value.clone(),
            label: option.label.clone(),
            effect: option.effect.clone(),
            plain: option.plain.clone(),
        }
    }
}
