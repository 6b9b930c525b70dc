//! Judges a joint application part by part, each by its own evaluator, before anything is written.

use std::collections::{BTreeMap, BTreeSet};

use haoban_domain::{
    form::{Evaluator, FieldProblem, FormState, Inputs, Projected, visible_answers},
    joint::{Joint, LaneStanding, Part, PartOutlook, outlook},
    material::MaterialStanding,
    person::Facts,
    text::LocalText,
};
use haoban_wire::{Problem, ProblemCode};

use super::PartRecord;
use crate::{
    AppState, Error, Result,
    intake::{Checked, at_version},
    notices::say,
};

/// What a joint application opens, in order.
pub(crate) type Plan = Vec<PartRecord>;

/// The parts that are needed, each with its own answers and choices, all of them sound, and those that stay
/// out with the reasons: one that the rest can do without never stops the rest.
pub(crate) async fn judge(state: &AppState, rules: &Evaluator, checked: &Checked) -> Result<Plan> {
    let Some(joint) = rules.item().joint.as_deref() else { return Ok(Vec::new()) };
    let whole = rules.begin(checked.inputs.clone());
    let needed: Vec<&Part> = joint.parts.iter().filter(|part| whole.part_needed(part) == Some(true)).collect();
    if needed.is_empty() {
        return Err(refusal(vec![said("nothing_needed", say!("intake", "nothing_needed"))]));
    }
    let lanes: Vec<LaneStanding<'_>> = needed
        .iter()
        .map(|part| LaneStanding { item: &part.item, after: &part.after, status: None, dropped: false })
        .collect();
    let mut connection = state.store.reader().acquire().await?;
    let mut judged = Vec::new();
    for part in &needed {
        let own = at_version(state, &mut connection, &part.item, part.version).await?;
        let own = own.ok_or_else(|| Error::internal("a part names an item that was never in force"))?;
        let (record, form) = one(&own, whole.project(part), &checked.inputs);
        let problems = problems_of(part, &form, outlook(&lanes, &part.item) == PartOutlook::Ready);
        judged.push((*part, record, problems));
    }
    let wrong = without_unsound(joint, &mut judged);
    if !wrong.is_empty() {
        return Err(refusal(wrong));
    }
    Ok(in_order(joint, judged, &checked.left_out))
}

/// A part with what is its own and what is wrong with it.
type Judged<'a> = (&'a Part, PartRecord, Vec<FieldProblem>);

/// Takes unsound parts out that the rest can do without, and what waits for them. What is wrong with the others
/// remains; so does everything when nothing would be left.
fn without_unsound<'a>(joint: &Joint, judged: &mut [Judged<'a>]) -> Vec<FieldProblem> {
    let parts: Vec<&'a Part> = judged.iter().map(|(part, ..)| *part).collect();
    let needed: Vec<&str> = parts.iter().map(|part| part.item.as_str()).collect();
    let mut wrong: Vec<FieldProblem> = Vec::new();
    let mut out: BTreeSet<&str> = BTreeSet::new();
    for (part, (_, record, problems)) in parts.iter().zip(judged.iter_mut()) {
        let gone = part.after.iter().find(|code| out.contains(code.as_str())).and_then(|code| joint.part(code));
        record.why = match gone {
            Some(before) => vec![say!("intake", "left_out_with", part = &before.name)],
            None => problems.iter().map(|problem| problem.message.clone()).collect(),
        };
        if record.why.is_empty() {
            continue;
        }
        if joint.may_go_without(&part.item, &needed) {
            out.insert(&part.item);
            record.leave_out();
        }
        wrong.append(problems);
    }
    let stopped = judged.iter().any(|(_, record, _)| !record.why.is_empty() && !record.dropped);
    let all_gone = judged.iter().all(|(_, record, _)| record.dropped);
    if stopped || all_gone { wrong } else { Vec::new() }
}

/// Records in the order of the definition, those that stayed out before they were judged among them.
fn in_order(joint: &Joint, judged: Vec<Judged<'_>>, left_out: &BTreeMap<String, Vec<LocalText>>) -> Plan {
    let mut records: Vec<PartRecord> = judged.into_iter().map(|(_, record, _)| record).collect();
    let known: BTreeSet<String> = records.iter().map(|record| record.item.clone()).collect();
    let others = left_out.iter().filter(|(item, _)| !known.contains(*item));
    records.extend(others.map(|(item, why)| PartRecord::left_out(item.clone(), why.clone())));
    let place = |record: &PartRecord| joint.parts.iter().position(|part| part.item == record.item);
    records.sort_by_key(place);
    records
}

/// A part's own answers without those it hides, and what its evaluator says of them.
fn one(own: &Evaluator, projected: Projected, whole: &Inputs) -> (PartRecord, FormState) {
    let inputs = Inputs {
        answers: projected.answers,
        facts: facts_of(&whole.facts, own.item()),
        choices: projected.choices,
        ..whole.clone()
    };
    let answers = visible_answers(&own.evaluate(&inputs), &inputs.answers);
    let inputs = Inputs { answers, ..inputs };
    let form = own.evaluate(&inputs);
    let item = own.item().code.clone();
    let (answers, choices) = (inputs.answers, inputs.choices);
    (PartRecord { item, answers, choices, dropped: false, why: Vec::new(), case: None }, form)
}

/// The facts an item may read, of those the whole read.
pub(super) fn facts_of(facts: &Facts, item: &haoban_domain::item::ServiceItem) -> Facts {
    let wanted = |key: &String| item.guide.facts.iter().any(|fact| fact.key == *key);
    let own: BTreeMap<_, _> =
        facts.0.iter().filter(|(key, _)| wanted(key)).map(|(k, v)| (k.clone(), v.clone())).collect();
    Facts(own)
}

/// What a part's own evaluator says, at the fields of the whole. Papers of a part that waits may still come
/// out of what it waits for.
fn problems_of(part: &Part, form: &FormState, ready: bool) -> Vec<FieldProblem> {
    let of_fields = form.fields.values().filter(|field| field.visible).flat_map(|field| &field.problems);
    let wrong = of_fields.chain(&form.problems).filter(|problem| !problem.warning);
    let mut problems: Vec<FieldProblem> = wrong
        .map(|problem| FieldProblem {
            field: problem.field.as_ref().map(|id| part.fields.get(id).unwrap_or(id).clone()),
            ..problem.clone()
        })
        .collect();
    let missing = form.materials.iter().any(|material| material.asked && material.standing == MaterialStanding::Needed);
    if ready && missing && problems.is_empty() {
        problems.push(said("incomplete", say!("intake", "part_incomplete", part = &part.name)));
    }
    problems
}

fn said(rule: &str, message: haoban_domain::text::LocalText) -> FieldProblem {
    FieldProblem { field: None, part: None, rule: rule.to_owned(), message, warning: false }
}

fn refusal(problems: Vec<FieldProblem>) -> Error {
    Problem::new(ProblemCode::Invalid).with_fields(problems).into()
}
