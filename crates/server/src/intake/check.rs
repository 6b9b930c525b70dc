//! Judges what was handed in, by the same evaluator the device used, on facts read here.

use std::{collections::BTreeMap, sync::Arc};

use haoban_domain::{
    form::{Answers, Evaluation, Evaluator, Field, FieldKind, FieldProblem, FormState, Inputs, visible_answers},
    ids::{CaseId, DraftId, FileId, PartyId},
    item::ItemCode,
    material::{MaterialChoice, MaterialStanding},
    person::{Applicant, Facts},
    text::LocalText,
};
use haoban_wire::{Problem, ProblemCode};

use super::{
    files,
    problems::{problem, slot, whole},
};
use crate::{
    AppState, Result,
    identity::{accounts, facts},
    licences,
    materials::{self, Upload},
    notices::say,
    store::Write,
    workflow::Scene,
};

/// What an applicant hands in, at first or as a correction.
pub(crate) struct HandedIn<'a> {
    pub party: PartyId,
    /// Draft of a first submission.
    pub draft: Option<DraftId>,
    /// Case of a correction; its files may be named again.
    pub case: Option<CaseId>,
    pub answers: &'a Answers,
    pub choices: &'a BTreeMap<String, MaterialChoice>,
    pub files: &'a BTreeMap<FileId, String>,
}

/// What passed.
pub(crate) struct Checked {
    pub inputs: Inputs,
    pub form: FormState,
    pub uploads: Vec<Upload>,
    /// Parts of a joint service that stay out, with the reasons.
    pub left_out: BTreeMap<ItemCode, Vec<LocalText>>,
}

impl Checked {
    /// Slots that are asked in this situation.
    pub fn slots(&self) -> Vec<String> {
        slots_of(&self.form)
    }
}

/// Slots that are asked, in the item's order.
pub(crate) fn slots_of(form: &FormState) -> Vec<String> {
    form.materials.iter().filter(|material| material.asked).map(|material| material.id.clone()).collect()
}

/// Judges everything; all problems at once.
pub(crate) async fn check(
    state: &AppState,
    scene: &Scene<'_>,
    rules: &Arc<Evaluator>,
    handed: &HandedIn<'_>,
) -> Result<Checked> {
    let (applicant, facts) = registers(state, scene, rules, handed.party).await?;
    let licences = licences::of_party(&state.store, handed.party, scene.today).await?;
    let inputs = Inputs {
        answers: handed.answers.clone(),
        facts,
        applicant: Some(applicant),
        choices: handed.choices.clone(),
        licences,
        today: scene.today,
    };
    let evaluation = rules.begin(inputs);
    let mut problems = of_answers(rules, evaluation.state(), handed.answers);
    problems.extend(named(rules, evaluation.state(), handed.choices));
    let (uploads, of_files) = files::check(state, rules.item(), handed).await?;
    let left_out = left_out(evaluation.state());
    // A part that the rest can do without is not a reason to refuse the rest.
    let taken = evaluation.without_stuck().map(taken);
    let (form, inputs) = taken.unwrap_or_else(|| (evaluation.state().clone(), evaluation.inputs().clone()));
    problems.extend(of_form(&form));
    problems.extend(of_papers(rules, &form));
    problems.extend(of_files);
    if problems.is_empty() && !form.complete {
        problems.push(whole("incomplete", say!("intake", "incomplete")));
    }
    if !problems.is_empty() {
        return Err(Problem::new(ProblemCode::Invalid).with_fields(problems).into());
    }
    let inputs = Inputs { choices: settled(&form, inputs.choices), ..inputs };
    let named = |file: FileId| {
        inputs
            .choices
            .values()
            .any(|choice| matches!(choice, MaterialChoice::Upload { files } if files.contains(&file)))
    };
    let uploads = uploads.into_iter().filter(|upload| named(upload.file)).collect();
    Ok(Checked { inputs, form, uploads, left_out })
}

/// The reasons of every part that stays out.
fn left_out(form: &FormState) -> BTreeMap<ItemCode, Vec<LocalText>> {
    let parts = form.plan.iter().flat_map(|plan| &plan.parts);
    let reasons = |part: &haoban_domain::form::PlanPart| {
        if part.left_out { part.because.iter().cloned().collect() } else { part.stuck.clone() }
    };
    parts.map(|part| (part.item.clone(), reasons(part))).filter(|(_, reasons)| !reasons.is_empty()).collect()
}

/// What is taken when parts stay out: their answers and papers are not.
fn taken(rest: Evaluation) -> (FormState, Inputs) {
    let form = rest.state().clone();
    let inputs = rest.inputs();
    let asked = |slot: &String| form.materials.iter().any(|material| material.id == *slot && material.asked);
    let choices =
        inputs.choices.iter().filter(|(slot, _)| asked(slot)).map(|(slot, choice)| (slot.clone(), choice.clone()));
    let inputs =
        Inputs { answers: visible_answers(&form, &inputs.answers), choices: choices.collect(), ..inputs.clone() };
    (form, inputs)
}

/// Slots that the form showed as settled by a held licence, with that licence written down: what an officer
/// looks at must not change when the wallet does.
pub(crate) fn settled(
    form: &FormState,
    mut choices: BTreeMap<String, MaterialChoice>,
) -> BTreeMap<String, MaterialChoice> {
    let waived =
        form.materials.iter().filter(|state| state.asked && state.standing == MaterialStanding::WaivedByLicence);
    for state in waived {
        if let Some(licence) = state.usable_licences.first() {
            choices.entry(state.id.clone()).or_insert(MaterialChoice::Licence { licence: *licence });
        }
    }
    choices
}

async fn registers(
    state: &AppState,
    scene: &Scene<'_>,
    rules: &Evaluator,
    party: PartyId,
) -> Result<(Applicant, Facts)> {
    let applicant = accounts::applicant(state.store.reader(), party).await?;
    let facts = facts::read(state.store.reader(), &scene.pack.pack, rules.item(), party).await?;
    Ok((applicant, facts))
}

/// Unknown and hidden answers, and register values that are no longer what the applicant saw.
fn of_answers(rules: &Evaluator, form: &FormState, answers: &Answers) -> Vec<FieldProblem> {
    let sent = visible_answers(form, answers);
    let fields: BTreeMap<&str, &Field> =
        rules.item().form.pages.iter().flat_map(|page| &page.fields).map(|field| (field.id.as_str(), field)).collect();
    let judge = |(id, value): (&String, &serde_json::Value)| {
        let Some(field) = fields.get(id.as_str()) else {
            return Some(problem(id, "unknown_field", say!("intake", "unknown_field")));
        };
        let Some(counts) = sent.get(id) else {
            return Some(problem(id, "hidden_field", say!("intake", "hidden_field", field = &field.label)));
        };
        let told = matches!(field.kind, FieldKind::Fact { .. });
        (told && counts != value)
            .then(|| problem(id, "fact_changed", say!("intake", "fact_changed", field = &field.label)))
    };
    answers.iter().filter_map(judge).collect()
}

fn of_form(form: &FormState) -> Vec<FieldProblem> {
    let of_fields = form.fields.values().filter(|field| field.visible).flat_map(|field| &field.problems);
    of_fields.chain(&form.problems).filter(|problem| !problem.warning).cloned().collect()
}

/// Judges only the slots that are named; everything else of the case stays as it was handed in.
pub(crate) async fn check_slots(
    state: &AppState,
    rules: &Arc<Evaluator>,
    inputs: Inputs,
    handed: &HandedIn<'_>,
) -> Result<Checked> {
    let form = rules.evaluate(&inputs);
    let mut problems = named(rules, &form, handed.choices);
    let deferred = handed.choices.iter().filter(|(_, choice)| **choice == MaterialChoice::Deferred);
    problems.extend(deferred.map(|(id, _)| may_not_follow(rules, id)));
    let (uploads, of_files) = files::check(state, rules.item(), handed).await?;
    problems.extend(of_files);
    if !problems.is_empty() {
        return Err(Problem::new(ProblemCode::Invalid).with_fields(problems).into());
    }
    Ok(Checked { inputs, form, uploads, left_out: BTreeMap::new() })
}

/// The material cannot be promised for later here.
pub(crate) fn may_not_follow(rules: &Evaluator, id: &str) -> FieldProblem {
    let name = rules.item().materials.iter().find(|material| material.id == id).map(|material| material.name.clone());
    problem(slot(id), "may_not_follow", say!("intake", "may_not_follow", material = &name.unwrap_or_default()))
}

/// Slots that are settled though not asked, or in a way that does not fit.
fn named(rules: &Evaluator, form: &FormState, choices: &BTreeMap<String, MaterialChoice>) -> Vec<FieldProblem> {
    let mut problems = Vec::new();
    for (id, choice) in choices {
        let name = rules.item().materials.iter().find(|material| material.id == *id).map(|material| &material.name);
        let state = form.materials.iter().find(|material| material.id == *id && material.asked);
        let (Some(name), Some(state)) = (name, state) else {
            problems.push(problem(slot(id), "not_asked", say!("intake", "not_asked")));
            continue;
        };
        match choice {
            MaterialChoice::Licence { licence } if !state.usable_licences.contains(licence) => {
                problems.push(problem(
                    slot(id),
                    "licence_unusable",
                    say!("intake", "licence_unusable", material = name),
                ));
            }
            MaterialChoice::Deferred if !state.may_defer => problems.push(may_not_follow(rules, id)),
            _ => {}
        }
    }
    problems
}

/// Slots that are not settled.
fn of_papers(rules: &Evaluator, form: &FormState) -> Vec<FieldProblem> {
    let mut problems = Vec::new();
    for state in form.materials.iter().filter(|state| state.asked && state.standing == MaterialStanding::Needed) {
        if let Some(material) = rules.item().materials.iter().find(|material| material.id == state.id) {
            let words = say!("intake", "material_needed", material = &material.name);
            problems.push(problem(slot(&state.id), "material_needed", words));
        }
    }
    problems
}

/// The files belong to the case from now on.
pub(crate) async fn attach_files(tx: &mut Write, case: CaseId, checked: &Checked) -> Result<()> {
    sqlx::query("UPDATE case_file SET current = 0 WHERE case_id = $1")
        .bind(case.to_string())
        .execute(&mut **tx)
        .await?;
    for upload in &checked.uploads {
        materials::attach(tx, case, upload).await?;
    }
    Ok(())
}
