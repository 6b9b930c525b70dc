//! Worked examples beside an item: what is answered, and what must come out.

use std::collections::BTreeMap;

use haoban_domain::{
    form::{Answers, Evaluator, FieldProblem, FormState, Inputs},
    ids::{FileId, LicenceId, PartyId, uuid_v7},
    item::AudienceKind,
    licence::{Licence, LicenceStatus},
    material::{MaterialChoice, MaterialStanding},
    person::{Applicant, Fact, Facts},
    text::LocalText,
    time::{Date, Timestamp},
};
use serde::Deserialize;
use serde_json::Value;

/// One fixtures/*.yaml.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixture {
    /// What it shows.
    pub words: String,
    /// The day it plays on.
    pub today: Date,
    /// Who applies; absent before a sign-in.
    #[serde(default)]
    pub applicant: Option<Person>,
    /// What registers answer.
    pub facts: BTreeMap<String, Value>,
    /// Types of the licences held.
    #[serde(default)]
    pub licences: Vec<String>,
    /// Answers typed.
    pub answers: Answers,
    /// Slots filled by hand.
    #[serde(default)]
    pub choices: BTreeMap<String, Choice>,
    /// What must come out.
    pub expect: Expectation,
}

/// The applicant of a fixture.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    kind: AudienceKind,
    name: String,
    id_number: String,
    phone: String,
}

/// How a slot is filled.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// One file.
    Upload,
    /// Promised.
    Deferred,
}

/// What must come out; what is absent is not compared.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// May it be sent.
    pub complete: bool,
    /// All problems but warnings, `field:rule`.
    #[serde(default)]
    pub problems: Option<Vec<String>>,
    /// A field that must have a problem.
    #[serde(default)]
    pub some_problem: Option<String>,
    /// The figure on top.
    #[serde(default)]
    pub headline: Option<HeadlineExpectation>,
    /// Values of fields.
    #[serde(default)]
    pub values: BTreeMap<String, Value>,
    /// Fields that must be hidden.
    #[serde(default)]
    pub hidden: Vec<String>,
    /// Standing of slots.
    #[serde(default)]
    pub materials: BTreeMap<String, MaterialStanding>,
    /// Conditions of the guide; null means "cannot be told".
    #[serde(default)]
    pub conditions: BTreeMap<String, Option<bool>>,
    /// Whether it would be granted at once.
    #[serde(default)]
    pub instant: Option<bool>,
}

/// The figure on top.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadlineExpectation {
    value: i64,
    limit: String,
}

impl Fixture {
    /// What an evaluation of this example knows.
    #[must_use]
    pub fn inputs(&self) -> Inputs {
        let read_at = Timestamp::from_millis(0);
        let register = LocalText::new("示例", "example");
        let fact = |value: &Value| Fact { value: value.clone(), register: register.clone(), read_at };
        Inputs {
            answers: self.answers.clone(),
            facts: Facts(self.facts.iter().map(|(key, value)| (key.clone(), fact(value))).collect()),
            applicant: self.applicant.as_ref().map(Person::applicant),
            choices: self
                .choices
                .iter()
                .zip(1u8..)
                .map(|((slot, choice), n)| (slot.clone(), choice.material(n)))
                .collect(),
            licences: self.licences.iter().zip(1u8..).map(|(kind, n)| self.licence(kind, n)).collect(),
            today: self.today,
        }
    }

    /// Runs the example; each entry is a difference. Empty means it came out as written.
    #[must_use]
    pub fn differences(&self, evaluator: &Evaluator) -> Vec<String> {
        let inputs = self.inputs();
        let state = evaluator.evaluate(&inputs);
        let mut found = Vec::new();
        self.compare_problems(&state, &mut found);
        self.compare_figures(&state, &mut found);
        self.compare_slots(&state, &mut found);
        self.compare_judgements(evaluator, &inputs, &mut found);
        found
    }

    fn compare_problems(&self, state: &FormState, found: &mut Vec<String>) {
        let mut actual: Vec<String> = problems(state).filter(|problem| !problem.warning).map(problem_id).collect();
        actual.sort();
        actual.dedup();
        if let Some(expected) = &self.expect.problems {
            let mut expected = expected.clone();
            expected.sort();
            differ(found, "problems", &expected, &actual);
        }
        if let Some(field) = &self.expect.some_problem
            && !actual.iter().any(|id| id.starts_with(&format!("{field}:")))
        {
            found.push(format!("some_problem: expected one on `{field}`, got {actual:?}"));
        }
        if self.expect.complete != state.complete {
            let open: Vec<&str> = state
                .materials
                .iter()
                .filter(|slot| slot.standing == MaterialStanding::Needed)
                .map(|slot| slot.id.as_str())
                .collect();
            found.push(format!(
                "complete: expected {}, got {} (problems {actual:?}, slots to fill {open:?})",
                self.expect.complete, state.complete
            ));
        }
    }

    fn compare_figures(&self, state: &FormState, found: &mut Vec<String>) {
        if let Some(expected) = &self.expect.headline {
            let actual = state
                .headline
                .as_ref()
                .map(|headline| HeadlineExpectation { value: headline.value, limit: headline.limit.clone() });
            differ(found, "headline", &Some(expected.clone()), &actual);
        }
        for (field, expected) in &self.expect.values {
            let actual = state.fields.get(field).and_then(|field| field.value.clone());
            differ(found, field, &Some(expected.clone()), &actual);
        }
        for field in &self.expect.hidden {
            if state.fields.get(field).is_none_or(|field| field.visible) {
                found.push(format!("hidden: `{field}` is visible or unknown"));
            }
        }
    }

    fn compare_slots(&self, state: &FormState, found: &mut Vec<String>) {
        for (slot, expected) in &self.expect.materials {
            let actual = state.materials.iter().find(|state| state.id == *slot).map(|state| state.standing);
            differ(found, slot, &Some(*expected), &actual);
        }
    }

    fn compare_judgements(&self, evaluator: &Evaluator, inputs: &Inputs, found: &mut Vec<String>) {
        let judged = evaluator.conditions(inputs);
        for (id, expected) in &self.expect.conditions {
            let actual = judged.iter().find(|condition| condition.id == *id).map(|condition| condition.met);
            differ(found, id, &Some(*expected), &actual);
        }
        let Some(expected) = self.expect.instant else { return };
        let rules = evaluator.item().workflow.instant.iter().flat_map(|instant| &instant.grant_when);
        let failed: Vec<&str> = rules
            .filter(|rule| evaluator.judge(&rule.rule, inputs) != Some(true))
            .map(|rule| rule.id.as_str())
            .collect();
        let has_rules = evaluator.item().workflow.instant.is_some();
        // Nothing is granted at once on a material that is still to come (domain.md §3.4).
        let promised = inputs.choices.values().any(|choice| *choice == MaterialChoice::Deferred);
        if (has_rules && failed.is_empty() && !promised) != expected {
            found.push(format!("instant: expected {expected}, rules that do not hold: {failed:?}"));
        }
    }

    fn licence(&self, kind: &str, n: u8) -> Licence {
        Licence {
            id: LicenceId::from_uuid(uuid_v7(0, [n; 10])),
            licence_type: kind.to_owned(),
            identifier: format!("example-{kind}"),
            number: String::new(),
            name: LocalText::default(),
            glyph: String::new(),
            holder: self.applicant.as_ref().map(|person| person.name.clone()).unwrap_or_default(),
            issuer: LocalText::default(),
            issued_on: self.today,
            valid_to: None,
            status: LicenceStatus::Valid,
            lines: Vec::new(),
            case_number: None,
        }
    }
}

impl Person {
    fn applicant(&self) -> Applicant {
        Applicant {
            party: PartyId::from_uuid(uuid_v7(0, [1; 10])),
            kind: self.kind,
            name: self.name.clone(),
            id_number: self.id_number.clone(),
            phone: self.phone.clone(),
        }
    }
}

impl Choice {
    fn material(self, n: u8) -> MaterialChoice {
        match self {
            Self::Upload => MaterialChoice::Upload { files: vec![FileId::from_uuid(uuid_v7(0, [n; 10]))] },
            Self::Deferred => MaterialChoice::Deferred,
        }
    }
}

fn problems(state: &FormState) -> impl Iterator<Item = &FieldProblem> {
    let visible = state.fields.values().filter(|field| field.visible);
    visible.flat_map(|field| &field.problems).chain(&state.problems)
}

fn problem_id(problem: &FieldProblem) -> String {
    format!("{}:{}", problem.field.as_deref().unwrap_or_default(), problem.rule)
}

fn differ<T: PartialEq + std::fmt::Debug>(found: &mut Vec<String>, what: &str, expected: &T, actual: &T) {
    if expected != actual {
        found.push(format!("{what}: expected {expected:?}, got {actual:?}"));
    }
}
