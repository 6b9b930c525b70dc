//! 先算一算: figures from a few answers, before anything is begun.

use serde_json::Value;

use super::{
    Calculator, FactQuestion, Field, FieldKind, FieldState, FormState, Inputs, OTHER, OfferedOption,
    evaluation::Evaluation,
    evaluator::Evaluator,
    kinds::{self, Around},
    plan::options,
    words::At,
};
use crate::{
    person::{Fact, Facts},
    text::LocalText,
    time::Timestamp,
};

/// What a calculator asks and says for the answers so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Calculation {
    /// Questions that apply now, in order.
    pub asked: Vec<Field>,
    /// Computed fields with a value, in order.
    pub figures: Vec<Field>,
    /// The state of both, the headline, and checks of the form; no pages, no materials.
    pub state: FormState,
}

impl Evaluator {
    /// Works the figures of the item's calculator out; `None` when it has none. Only answers to its own
    /// questions are read.
    #[must_use]
    pub fn calculate(&self, mut inputs: Inputs) -> Option<Calculation> {
        let form = &self.item().form;
        let calculator = form.calculator.as_ref()?;
        let typed = std::mem::take(&mut inputs.answers);
        inputs.answers = typed.iter().filter(|(id, _)| calculator.fields.contains(id)).map(clone_pair).collect();
        let settled = settle(self, calculator, &mut inputs);
        let first = self.begin(inputs.clone());
        let questions: Vec<_> = calculator
            .unknown_facts
            .iter()
            .filter(|question| is_unknown(&inputs.facts, &question.fact) && applies(&first, question))
            .map(|question| (question, stand_in(question, typed.get(&question.ask.id), &inputs)))
            .collect();
        let told: Vec<_> = questions.iter().filter_map(|(question, state)| as_fact(question, state)).collect();
        let evaluation = if told.is_empty() {
            first
        } else {
            inputs.facts.0.extend(told);
            self.begin(inputs)
        };
        Some(drawn(self, calculator, &settled, questions, &evaluation))
    }
}

fn clone_pair((id, value): (&String, &Value)) -> (String, Value) {
    (id.clone(), value.clone())
}

/// A choice among facts that offers nothing but "another" needs no question; answers which they are.
fn settle(evaluator: &Evaluator, calculator: &Calculator, inputs: &mut Inputs) -> Vec<String> {
    let mut settled = Vec::new();
    for id in &calculator.fields {
        let Some(FieldKind::FactChoice { from, allow_other: true }) = field(evaluator, id).map(|field| &field.kind)
        else {
            continue;
        };
        let listed = inputs.facts.0.get(from).and_then(|fact| fact.value.as_array());
        if listed.is_none_or(Vec::is_empty) {
            inputs.answers.insert(id.clone(), OTHER.into());
            settled.push(id.clone());
        }
    }
    settled
}

fn field<'a>(evaluator: &'a Evaluator, id: &str) -> Option<&'a Field> {
    evaluator.item().form.pages.iter().flat_map(|page| &page.fields).find(|field| field.id == id)
}

fn is_unknown(facts: &Facts, key: &str) -> bool {
    facts.0.get(key).is_none_or(|fact| fact.value.is_null())
}

fn applies(evaluation: &Evaluation, question: &FactQuestion) -> bool {
    question.ask.show.as_ref().is_none_or(|rule| evaluation.judge(rule) == Some(true))
}

/// The state of a question that stands for a fact: it is no field of the form, so its kind alone judges it.
fn stand_in(question: &FactQuestion, answer: Option<&Value>, inputs: &Inputs) -> FieldState {
    let ask = &question.ask;
    let at = At::new(&ask.id, &ask.label);
    let value = answer.filter(|value| kinds::is_answer(value)).cloned();
    let offered: Vec<OfferedOption> = options(&ask.kind).iter().map(OfferedOption::of).collect();
    let problems = match &value {
        Some(value) => kinds::check(ask, at, value, Around { today: inputs.today, offered: Some(&offered) }),
        None => vec![at.required(kinds::ask(&ask.kind))],
    };
    FieldState { visible: true, required: true, value, origin: None, problems, offered }
}

/// A sound answer as the fact it stands for. Where it comes from is never shown: no field is filled from it.
fn as_fact(question: &FactQuestion, state: &FieldState) -> Option<(String, Fact)> {
    let value = state.value.clone().filter(|_| state.problems.is_empty())?;
    let fact = Fact { value, register: LocalText::default(), read_at: Timestamp::from_millis(0) };
    Some((question.fact.clone(), fact))
}

fn drawn(
    evaluator: &Evaluator,
    calculator: &Calculator,
    settled: &[String],
    questions: Vec<(&FactQuestion, FieldState)>,
    evaluation: &Evaluation,
) -> Calculation {
    let whole = evaluation.state();
    let visible = |id: &&String| whole.fields.get(*id).is_some_and(|state| state.visible);
    let own = calculator.fields.iter().filter(|id| !settled.contains(id)).filter(visible);
    let mut asked: Vec<Field> = own.filter_map(|id| field(evaluator, id)).cloned().collect();
    let valued = |id: &&String| whole.fields.get(*id).is_some_and(|state| state.value.is_some());
    let shown = calculator.shows.iter().filter(visible).filter(valued);
    let figures: Vec<Field> = shown.filter_map(|id| field(evaluator, id)).cloned().collect();
    let states = asked.iter().chain(&figures).filter_map(|field| whole.fields.get_key_value(&field.id));
    let mut state = FormState {
        pages: Vec::new(),
        fields: states.map(|(id, state)| (id.clone(), state.clone())).collect(),
        problems: whole.problems.clone(),
        headline: whole.headline.clone(),
        materials: Vec::new(),
        plan: None,
        complete: false,
    };
    for (question, answer) in questions {
        asked.push(question.ask.clone());
        state.fields.insert(question.ask.id.clone(), answer);
    }
    state.complete = state.fields.values().all(|field| field.problems.iter().all(|problem| problem.warning));
    Calculation { asked, figures, state }
}
