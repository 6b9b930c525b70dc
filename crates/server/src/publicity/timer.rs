//! The end of a publicity period, by itself.

use haoban_domain::{
    case::{CaseEvent, CaseStatus, ClockKind},
    ids::CaseId,
};
use serde_json::json;

use crate::{
    AppState, Result,
    jobs::{self, JobKind, Outcome},
    store::Write,
    workflow::{By, Dossier, Scene, lock, morning_after, step, wake},
};

/// Puts the job for the morning after the last day.
pub(crate) async fn watch(tx: &mut Write, scene: &Scene<'_>, case: &Dossier) -> Result<()> {
    let Some((_, publicity)) = case.item().workflow.publicity() else { return Ok(()) };
    match case.clocks.publicity_until(publicity, &scene.calendar, scene.today) {
        Some(until) => jobs::put(tx, JobKind::PublicityOver, &case.id.to_string(), morning_after(until)).await,
        None => Ok(()),
    }
}

/// The days are over and no objection is open: the case goes on. While one is, the answer to it puts the job again.
pub(crate) async fn end_when_over(state: &AppState, id: CaseId) -> Result<Outcome> {
    let scene = Scene::now(state);
    let mut tx = state.store.write().await?;
    let Some(mut case) = lock(state, &mut tx, id).await? else { return Ok(Outcome::Done) };
    if case.machine.status != CaseStatus::Publicised || case.machine.objections > 0 {
        return Ok(Outcome::Done);
    }
    let Some((_, publicity)) = case.item().workflow.publicity() else { return Ok(Outcome::Done) };
    if !case.clocks.publicity_over(publicity, &scene.calendar, scene.today) {
        let until = case.clocks.publicity_until(publicity, &scene.calendar, scene.today);
        return Ok(until.map_or(Outcome::Done, |until| Outcome::Again(morning_after(until))));
    }
    let days = publicity.days;
    let from = case.clocks.get(ClockKind::Publicity).map(|record| record.from);
    let details = json!({ "days": days, "from": from });
    step(&mut tx, &scene, &mut case, CaseEvent::EndPublicity, &By::System("publicity_clock"), details).await?;
    tx.commit().await?;
    wake(state, &case);
    Ok(Outcome::Done)
}
