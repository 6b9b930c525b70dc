//! The time to pay a charge: two reminders, then the application counts as given up.

use haoban_domain::{
    case::{CaseEvent, CaseStatus},
    ids::CaseId,
    time::{Date, Timestamp},
};
use haoban_wire::http::NoticeKind;
use serde_json::json;

use super::{
    By, Dossier, Scene,
    effects::{morning_after, morning_of, tell},
    moves::{step, wake},
    rows::lock,
};
use crate::{
    AppState, Result, intake,
    jobs::{self, JobKind, Outcome},
    notices::{self, say},
    store::Write,
};

/// Puts the jobs of a charge that is asked for now.
pub(super) async fn watch(tx: &mut Write, scene: &Scene<'_>, case: &Dossier) -> Result<()> {
    let Some(within) = case.item().workflow.pay_within() else { return Ok(()) };
    let subject = case.id.to_string();
    if let Some(due) = case.clocks.payment_due(within, &scene.calendar, scene.today) {
        jobs::put(tx, JobKind::ChargeOverdue, &subject, morning_after(due)).await?;
    }
    match next_reminder(scene, case, scene.today) {
        Some(at) => jobs::put(tx, JobKind::ChargeReminder, &subject, at).await,
        None => Ok(()),
    }
}

/// The first reminder after a day.
fn next_reminder(scene: &Scene<'_>, case: &Dossier, after: Date) -> Option<Timestamp> {
    let within = case.item().workflow.pay_within()?;
    let days = case.clocks.payment_reminders(within, &scene.calendar, scene.today);
    days.into_iter().find(|day| *day > after).map(morning_of)
}

/// Reminds the applicant, once a day that was set for it.
pub(crate) async fn remind(state: &AppState, id: CaseId) -> Result<Outcome> {
    let scene = Scene::now(state);
    let mut tx = state.store.write().await?;
    let Some(case) = lock(state, &mut tx, id).await? else { return Ok(Outcome::Done) };
    let Some(within) = case.item().workflow.pay_within() else { return Ok(Outcome::Done) };
    let due = case.clocks.payment_due(within, &scene.calendar, scene.today);
    let Some(due) = due.filter(|due| case.machine.status == CaseStatus::AwaitingPayment && scene.today <= *due) else {
        return Ok(Outcome::Done);
    };
    let (scope, key) = (format!("remind:{id}"), scene.today.to_string());
    if intake::first_time(&mut tx, &scope, &key, "system", &json!({}), scene.now).await? {
        let item = &case.item().guide.name;
        let title = say!("notice", "pay_soon", item = item);
        let body = say!("notice", "pay_soon_body", due = &notices::day(due));
        tell(&mut tx, &scene, &case, (NoticeKind::PaymentRequested, title, body)).await?;
        tx.commit().await?;
        wake(state, &case);
    }
    Ok(next_reminder(&scene, &case, scene.today).map_or(Outcome::Done, Outcome::Again))
}

/// The last day is over and nothing was paid: the case ends, and its appointment is free again.
pub(crate) async fn abandon(state: &AppState, id: CaseId) -> Result<Outcome> {
    let scene = Scene::now(state);
    let mut tx = state.store.write().await?;
    let Some(mut case) = lock(state, &mut tx, id).await? else { return Ok(Outcome::Done) };
    let Some(within) = case.item().workflow.pay_within() else { return Ok(Outcome::Done) };
    let due = case.clocks.payment_due(within, &scene.calendar, scene.today);
    let Some(due) = due.filter(|_| case.machine.status == CaseStatus::AwaitingPayment) else {
        return Ok(Outcome::Done);
    };
    if scene.today <= due {
        return Ok(Outcome::Again(morning_after(due)));
    }
    let details = json!({ "due": due });
    step(&mut tx, &scene, &mut case, CaseEvent::Abandon, &By::System("payment_clock"), details).await?;
    tx.commit().await?;
    wake(state, &case);
    Ok(Outcome::Done)
}
