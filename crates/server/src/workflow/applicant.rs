//! What the applicant may do with a running case: take it back, answer a correction notice.

use std::collections::{BTreeMap, BTreeSet};

use haoban_domain::{
    case::{CaseEvent, CaseView},
    form::{Answers, FieldProblem, FormState},
    ids::{CaseId, PartyId},
    material::MaterialChoice,
};
use haoban_wire::{
    ProblemCode,
    http::{CorrectCase, WithdrawCase},
};
use serde_json::json;

use super::{
    By, Correction, Dossier, Scene, case_view, effects,
    moves::{step, wake},
    rows::{self, lock},
};
use crate::{
    AppState, Result, appointments,
    intake::{self, HandedIn},
    joint,
    notices::say,
    store::Write,
};

/// 撤回. The same key again gives the case as it is.
pub(super) async fn withdraw(
    state: &AppState,
    party: PartyId,
    id: CaseId,
    key: &str,
    body: &WithdrawCase,
) -> Result<CaseView> {
    let scene = Scene::now(state);
    let mut tx = state.store.write().await?;
    let mut case = own(state, &mut tx, party, id).await?;
    let scope = format!("withdraw:{id}");
    if intake::first_time(&mut tx, &scope, key, &party.to_string(), body, scene.now).await? {
        let details = json!({ "reason_given": !body.reason.trim().is_empty() });
        if case.item().joint.is_some() {
            joint::withdraw(&mut tx, &scene, &case, party).await?;
            tx.commit().await?;
            wake(state, &case);
            let now = rows::load(state, id).await?.ok_or(ProblemCode::NotFound)?;
            return Ok(case_view(&scene, &now));
        }
        step(&mut tx, &scene, &mut case, CaseEvent::Withdraw, &By::Applicant(party), details).await?;
        haoban_failpoints::reach("withdraw-before-commit");
        tx.commit().await?;
        haoban_failpoints::reach("withdraw-after-commit");
        wake(state, &case);
    }
    Ok(case_view(&scene, &case))
}

/// Answers the correction notice. Only what it names may differ from before.
pub(super) async fn correct(
    state: &AppState,
    party: PartyId,
    id: CaseId,
    key: &str,
    body: CorrectCase,
) -> Result<CaseView> {
    let scene = Scene::now(state);
    let scope = format!("correct:{id}");
    let before = rows::load(state, id).await?.filter(|case| case.party == party).ok_or(ProblemCode::NotFound)?;
    if intake::known(state, &scope, key, &party.to_string(), &body).await? {
        return Ok(case_view(&scene, &before));
    }
    let notice = open_notice(&before, &body)?;
    let handed = HandedIn {
        party,
        draft: None,
        case: Some(id),
        answers: &body.answers,
        choices: &body.materials,
        files: &body.files,
    };
    let checked = match intake::check(state, &scene, &before.rules, &handed).await {
        Ok(checked) => checked,
        Err(refusal) => {
            // A twin may have won meanwhile.
            let known = intake::known(state, &scope, key, &party.to_string(), &body).await?;
            let now = rows::load(state, id).await?.filter(|_| known).ok_or(refusal)?;
            return Ok(case_view(&scene, &now));
        }
    };
    let old_state = before.rules.evaluate(&before.inputs(checked.inputs.licences.clone(), scene.today));
    let strange = differences(&before, &notice, &checked, &old_state);
    let strange: Vec<FieldProblem> = strange.into_iter().chain(new_promises(&before, &checked)).collect();
    if !strange.is_empty() {
        return Err(haoban_wire::Problem::new(ProblemCode::Invalid).with_fields(strange).into());
    }
    let mut tx = state.store.write().await?;
    let mut case = own(state, &mut tx, party, id).await?;
    if intake::first_time(&mut tx, &scope, key, &party.to_string(), &body, scene.now).await? {
        open_notice(&case, &body)?;
        rows::answer_correction(&mut tx, &case, notice.id, scene.now).await?;
        take_over(&mut case, &scene, body, &checked);
        case.redirect(&checked.inputs);
        intake::attach_files(&mut tx, case.id, &checked).await?;
        appointments::book_with_case(&mut tx, &scene, &case, &checked.form).await?;
        let details = json!({ "correction": notice.id });
        step(&mut tx, &scene, &mut case, CaseEvent::Correct, &By::Applicant(party), details).await?;
        refresh_task(&mut tx, &scene, &case).await?;
        haoban_failpoints::reach("correct-before-commit");
        tx.commit().await?;
        haoban_failpoints::reach("correct-after-commit");
        wake(state, &case);
    }
    Ok(case_view(&scene, &case))
}

pub(super) async fn own(state: &AppState, tx: &mut Write, party: PartyId, id: CaseId) -> Result<Dossier> {
    // Somebody else's case and no case are the same answer.
    let case = lock(state, tx, id).await?.filter(|case| case.party == party);
    case.ok_or_else(|| ProblemCode::NotFound.into())
}

fn open_notice(case: &Dossier, body: &CorrectCase) -> Result<Correction> {
    let notice =
        case.correction.clone().filter(|notice| notice.id == body.correction_id).ok_or(ProblemCode::NotFound)?;
    if notice.answered_at.is_some() || case.machine.status != haoban_domain::case::CaseStatus::CorrectionRequested {
        return Err(ProblemCode::NotAllowedNow.into());
    }
    Ok(notice)
}

fn take_over(case: &mut Dossier, scene: &Scene<'_>, body: CorrectCase, checked: &intake::Checked) {
    let before = std::mem::replace(&mut case.answers, body.answers);
    case.choices = checked.inputs.choices.clone();
    case.slots = checked.slots();
    case.facts = checked.inputs.facts.clone();
    case.headline = checked.form.headline.clone();
    case.machine.promised = case.settle_promises(scene.now);
    if let Some(notice) = &mut case.correction {
        notice.answered_at = Some(scene.now);
        notice.answers_before = Some(before);
    }
}

/// The officer sees that an answer came, and what the rules say of it.
pub(super) async fn refresh_task(tx: &mut Write, scene: &Scene<'_>, case: &Dossier) -> Result<()> {
    let marks = effects::marks(tx, scene, case, case.machine.step).await?;
    sqlx::query(
        "UPDATE task SET corrected = 1, marks = $1, revision = revision + 1 WHERE case_id = $2 AND state = 'open'",
    )
    .bind(serde_json::to_string(&marks)?)
    .bind(case.id.to_string())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Targets that changed though the notice does not name them. A question that a named answer brings up or
/// takes away changes with it.
fn differences(before: &Dossier, notice: &Correction, checked: &intake::Checked, old: &FormState) -> Vec<FieldProblem> {
    let (inputs, new) = (&checked.inputs, &checked.form);
    let named: BTreeSet<&str> = notice.points.iter().map(|point| point.target.as_str()).collect();
    let shown = |state: &FormState, field: &str| state.fields.get(field).is_some_and(|field| field.visible);
    let asked =
        |state: &FormState, slot: &str| state.materials.iter().any(|material| material.id == slot && material.asked);
    let fields = changed_fields(&before.answers, &inputs.answers)
        .into_iter()
        .filter(|field| shown(old, field) == shown(new, field))
        .map(|field| format!("field:{field}"));
    let slots = changed_slots(&before.choices, &inputs.choices)
        .into_iter()
        .filter(|slot| asked(old, slot) == asked(new, slot))
        .map(|slot| format!("material:{slot}"));
    fields.chain(slots).filter(|target| !named.contains(target.as_str())).map(|target| not_named(&target)).collect()
}

/// A correction hands in; it promises nothing new.
fn new_promises(before: &Dossier, checked: &intake::Checked) -> Vec<FieldProblem> {
    let deferred = MaterialChoice::Deferred;
    let made = checked.inputs.choices.iter().filter(|(_, choice)| **choice == deferred);
    made.filter(|(slot, _)| before.choices.get(*slot) != Some(&deferred))
        .map(|(slot, _)| intake::may_not_follow(&before.rules, slot))
        .collect()
}

fn changed_fields(before: &Answers, after: &Answers) -> BTreeSet<String> {
    let keys = before.keys().chain(after.keys());
    keys.filter(|key| before.get(*key) != after.get(*key)).cloned().collect()
}

fn changed_slots(
    before: &BTreeMap<String, MaterialChoice>,
    after: &BTreeMap<String, MaterialChoice>,
) -> BTreeSet<String> {
    let keys = before.keys().chain(after.keys());
    keys.filter(|key| before.get(*key) != after.get(*key)).cloned().collect()
}

fn not_named(target: &str) -> FieldProblem {
    let field = target.strip_prefix("field:").unwrap_or(target);
    intake::problem(field, "not_in_notice", say!("intake", "not_in_notice"))
}
