//! `check-city --simulate`: what one made-up person would be asked, what is filled in for them, which
//! materials remain and why; for a joint service also the plan, with the rule behind each part.

use std::{collections::BTreeMap, fmt::Write as _};

use haoban_domain::{
    case::Way,
    form::{Answers, Evaluator, Field, FieldState, FormState, Inputs, ValueOrigin, WhyOpen},
    item::ServiceItem,
    material::{MaterialRule, MaterialStanding, MaterialState},
    time::Date,
};
use serde::Deserialize;
use serde_json::Value;

use super::simulate_joint;
use crate::catalogue::{
    LoadedPack,
    fixture::{Choice, Expectation, Fixture, Person},
};

/// persona.yaml: what is known of the person; the shape of an example without its expectation.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Persona {
    /// Who it is, in words.
    #[serde(default)]
    words: String,
    /// The day it plays on; today when absent.
    #[serde(default)]
    today: Option<Date>,
    /// Who applies.
    #[serde(default)]
    applicant: Option<Person>,
    /// What registers answer.
    #[serde(default)]
    facts: BTreeMap<String, Value>,
    /// Types of the licences held.
    #[serde(default)]
    licences: Vec<String>,
    /// What was answered already.
    #[serde(default)]
    answers: Answers,
    /// Slots filled by hand.
    #[serde(default)]
    choices: BTreeMap<String, Choice>,
}

impl Persona {
    /// Reads one from YAML.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(text: &str) -> Result<Self, String> {
        yaml_serde::from_str(text).map_err(|error| error.to_string())
    }

    fn fixture(self, today: Date) -> Fixture {
        Fixture {
            words: self.words,
            today: self.today.unwrap_or(today),
            applicant: self.applicant,
            facts: self.facts,
            licences: self.licences,
            answers: self.answers,
            choices: self.choices,
            expect: Expectation::default(),
        }
    }
}

/// Tells what the person meets at a service; `None` when the pack has no such service.
#[must_use]
pub fn tell(pack: &LoadedPack, code: &str, persona: Persona, today: Date) -> Option<String> {
    let evaluator = pack.evaluator(code)?;
    let fixture = persona.fixture(today);
    let inputs = named(pack, fixture.inputs());
    let state = evaluator.evaluate(&inputs);
    let mut told = String::new();
    let item = evaluator.item();
    let _ = writeln!(told, "{} ({} v{}) on {}", item.guide.name.zh, item.code, item.version, fixture.today);
    if !fixture.words.is_empty() {
        let _ = writeln!(told, "{}", fixture.words);
    }
    conditions(&evaluator, &inputs, &mut told);
    if let Some(plan) = &state.plan {
        simulate_joint::plan(plan, &mut told);
    }
    questions(item, &state, &mut told);
    match item.joint.as_deref() {
        Some(joint) => simulate_joint::materials(pack, joint, &evaluator.begin(inputs.clone()), &mut told),
        None => materials(item, &state, &mut told),
    }
    way(&evaluator, &inputs, &mut told);
    ending(&evaluator, &inputs, &state, &mut told);
    Some(told)
}

/// The steps this person's case takes and who has them, where not every case takes the same.
fn way(evaluator: &Evaluator, inputs: &Inputs, told: &mut String) {
    let way = Way::decide(evaluator, inputs);
    let steps = &evaluator.item().workflow.steps;
    if steps.iter().all(|step| step.when.is_none() && step.route.is_empty()) {
        return;
    }
    told.push_str("\nSteps\n");
    for (at, step) in (0u16..).zip(steps) {
        let who = way.department(at).unwrap_or("not taken in this situation");
        let _ = writeln!(told, "  {}: {who}", step.title.zh);
    }
}

/// The facts under the names of the registers that would answer them.
fn named(pack: &LoadedPack, mut inputs: Inputs) -> Inputs {
    for (key, fact) in &mut inputs.facts.0 {
        let register = key.split_once('.').and_then(|(id, _)| pack.register(id));
        if let Some(register) = register {
            fact.register = register.name.clone();
        }
    }
    inputs
}

fn conditions(evaluator: &Evaluator, inputs: &Inputs, told: &mut String) {
    told.push_str("\nConditions\n");
    for judged in evaluator.conditions(inputs) {
        let sign = match judged.met {
            Some(true) => "met",
            Some(false) => "not met",
            None => "open",
        };
        let why = judged.open.map(|open| match open {
            WhyOpen::Person => "somebody must look".to_owned(),
            WhyOpen::SignedOut => "nobody is signed in".to_owned(),
            WhyOpen::Answers => "it follows from the answers".to_owned(),
            WhyOpen::Facts(keys) => format!("not known: {}", keys.join(", ")),
        });
        let note = judged.note.map(|note| note.zh).or(why).map(|note| format!(" ({note})")).unwrap_or_default();
        let _ = writeln!(told, "  {}: {sign}{note}", judged.words.zh);
    }
}

fn questions(item: &ServiceItem, state: &FormState, told: &mut String) {
    told.push_str("\nAsked\n");
    for page in &item.form.pages {
        let shown: Vec<(&Field, &FieldState)> = page
            .fields
            .iter()
            .filter_map(|field| Some((field, state.fields.get(&field.id).filter(|known| known.visible)?)))
            .collect();
        if shown.is_empty() {
            let _ = writeln!(told, "  {}: not asked in this situation", page.title.zh);
            continue;
        }
        let _ = writeln!(told, "  {}", page.title.zh);
        for (field, known) in shown {
            let _ = writeln!(told, "    {}: {}", field.label.zh, standing(known));
            for problem in &known.problems {
                let kind = if problem.warning { "warns" } else { "stops" };
                let missing = known.value.is_none() && problem.rule == "required";
                if !missing {
                    let _ = writeln!(told, "      {kind}: {}", problem.message.zh);
                }
            }
        }
    }
}

fn standing(known: &FieldState) -> String {
    let value = known.value.as_ref().map(|value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    match (value, &known.origin) {
        (Some(value), Some(ValueOrigin::Register { register, .. })) => {
            format!("{value}, filled in from {}", register.zh)
        }
        (Some(value), Some(ValueOrigin::Computed)) => format!("{value}, computed"),
        (Some(value), _) => format!("{value}, answered"),
        (None, Some(_)) => "the register does not say".to_owned(),
        (None, None) if known.required => "to be answered".to_owned(),
        (None, None) => "may be left out".to_owned(),
    }
}

fn materials(item: &ServiceItem, state: &FormState, told: &mut String) {
    told.push_str("\nMaterials\n");
    for slot in &state.materials {
        let Some(rule) = item.materials.iter().find(|rule| rule.id == slot.id) else { continue };
        let _ = writeln!(told, "  {}: {}", rule.name.zh, handed(rule, slot));
    }
}

/// How a paper stands, and why it is asked.
pub(super) fn handed(rule: &MaterialRule, slot: &MaterialState) -> String {
    let words = match slot.standing {
        MaterialStanding::WaivedByRegister => "nothing to hand in: a register answers it",
        MaterialStanding::WaivedByLicence => "nothing to hand in: a licence in the wallet is used",
        MaterialStanding::Uploaded => "handed in",
        MaterialStanding::Deferred => "promised for later",
        MaterialStanding::Needed => "to be handed in",
        MaterialStanding::NotAsked => "not asked in this situation",
    };
    let because = rule.because.as_ref().map(|why| format!(" ({})", why.zh)).unwrap_or_default();
    let later = match slot.defer_until {
        Some(day) if slot.standing == MaterialStanding::Needed => format!(", may follow until {day}"),
        _ => String::new(),
    };
    format!("{words}{later}{because}")
}

fn ending(evaluator: &Evaluator, inputs: &Inputs, state: &FormState, told: &mut String) {
    if let Some(headline) = &state.headline {
        let _ = writeln!(told, "\nFigure on top: {}, limited by {}", headline.value, headline.limited_by.zh);
    }
    for problem in &state.problems {
        let _ = writeln!(told, "\nStops: {}", problem.message.zh);
    }
    let _ = writeln!(told, "\nMay be sent: {}", if state.complete { "yes" } else { "not yet" });
    let Some(instant) = &evaluator.item().workflow.instant else { return };
    let evaluation = evaluator.begin(inputs.clone());
    let open = instant.grant_when.iter().filter(|rule| evaluation.judge(&rule.rule) != Some(true));
    let open: Vec<&str> = open.map(|rule| rule.words.zh.as_str()).collect();
    let words = if open.is_empty() { "yes".to_owned() } else { format!("no, a person decides: {}", open.join("; ")) };
    let _ = writeln!(told, "Granted at once: {words}");
}
