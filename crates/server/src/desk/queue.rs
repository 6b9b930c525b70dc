//! The queue of a department: masked names, due order, findings of the rules.

use haoban_domain::{case::CaseStatus, identifiers::mask, item::DayUnit};
use haoban_wire::desk::{CheckMark, DeskQueue, DeskRow};

use super::tasks::{self, Filter, Task};
use crate::{
    AppState, Result,
    identity::Officer,
    workflow::{Dossier, Scene, clock, load},
};

/// Tasks of the officer's department behind a filter.
pub(super) async fn queue(state: &AppState, officer: &Officer, filter: Filter, q: &str) -> Result<DeskQueue> {
    let scene = Scene::now(state);
    let mut rows = Vec::new();
    for task in tasks::list(&state.store, officer, filter, scene.now).await? {
        let Some(case) = load(state, task.case).await? else { continue };
        if matches(&case, q.trim()) {
            rows.push(row(&scene, officer, &task, &case)?);
        }
    }
    if filter != Filter::Done {
        rows.sort_by(|one, other| one.due.cmp(&other.due).then(one.submitted_at.cmp(&other.submitted_at)));
    }
    Ok(DeskQueue { rows, counts: tasks::counts(&state.store, officer, scene.now).await? })
}

/// By case number or item; never by a person's name, which the queue does not show.
fn matches(case: &Dossier, q: &str) -> bool {
    let name = &case.item().guide.name;
    let lower = q.to_lowercase();
    q.is_empty()
        || case.number.contains(&q.to_uppercase())
        || name.zh.contains(q)
        || name.en.to_lowercase().contains(&lower)
}

fn row(scene: &Scene<'_>, officer: &Officer, task: &Task, case: &Dossier) -> Result<DeskRow> {
    let step = case.step_at(task.step)?;
    let clock = clock(scene, case);
    let promised = case.item().guide.promised_limit;
    let look = task.marks.iter().position(|mark| matches!(mark, CheckMark::Look | CheckMark::Fail));
    let waits = matches!(case.machine.status, CaseStatus::CorrectionRequested | CaseStatus::Suspended);
    Ok(DeskRow {
        task_id: task.id,
        case_id: case.id,
        case_number: case.number.clone(),
        item_name: case.item().guide.name.clone(),
        step: step.title.clone(),
        applicant_masked: mask::name(&case.applicant.name),
        status: case.machine.status,
        submitted_at: case.submitted_at,
        due: clock.as_ref().map_or_else(|| case.submitted_at.city_date(), |clock| clock.due),
        left_days: clock.as_ref().map_or(0, |clock| clock.left_days),
        promised_days: clock.as_ref().map_or(promised.days, |clock| clock.promised_days),
        unit: clock.as_ref().map_or(DayUnit::WorkingDay, |clock| clock.unit),
        paused: waits || clock.is_some_and(|clock| clock.paused),
        claimed_by: task.claimed_name.clone(),
        mine: task.is_of(officer),
        checks: task.marks.clone(),
        finding: look.and_then(|at| step.checks.get(at)).map(|check| check.words.clone()),
        corrected: task.corrected,
    })
}
