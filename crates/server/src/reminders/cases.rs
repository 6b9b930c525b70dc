//! Reminders of workflows: appointments, and days that a decision has set.

use haoban_domain::{
    case::CaseStatus,
    form::Inputs,
    reminder::{Reminder, ReminderDay},
    time::Date,
};
use haoban_wire::http::NoticeTarget;

use super::{
    rows::{self, Booked, CaseDay},
    send::{Due, Round, passed_over},
};
use crate::{
    Result, licences,
    store::Write,
    workflow::{self, Dossier, Scene, department_name},
};

/// Most days ahead of which anybody is reminded of an appointment.
const APPOINTMENT_DAYS: i32 = 31;

/// Keeps the days that a grant sets.
pub(crate) async fn after_grant(tx: &mut Write, scene: &Scene<'_>, case: &Dossier, inputs: &Inputs) -> Result<()> {
    keep(tx, scene, case, inputs, |reminder| reminder.after_refusal.is_none()).await
}

/// Keeps the days that a refusal for a standard reason sets: those who came too early are told when it is time.
pub(crate) async fn after_refusal(tx: &mut Write, scene: &Scene<'_>, case: &Dossier) -> Result<()> {
    let workflow = &case.item().workflow;
    if !workflow.reminders.iter().any(|reminder| reminder.after_refusal.is_some()) {
        return Ok(());
    }
    let reasons = case.decision.as_ref().map(|decision| decision.reasons.as_slice()).unwrap_or_default();
    let given = |id: &str| {
        let known = workflow.refusal_reasons.iter().find(|known| known.id == id);
        known.is_some_and(|known| reasons.iter().any(|reason| is_said(reason, &known.words.zh, &known.words.en)))
    };
    let inputs = case.inputs(licences::held(tx, case.party, scene.today).await?, scene.today);
    keep(tx, scene, case, &inputs, |reminder| reminder.after_refusal.as_deref().is_some_and(given)).await
}

/// An officer who picks a standard reason may add to it, in either language of the desk.
fn is_said(reason: &str, zh: &str, en: &str) -> bool {
    reason.contains(zh) || reason.contains(en)
}

async fn keep(
    tx: &mut Write,
    scene: &Scene<'_>,
    case: &Dossier,
    inputs: &Inputs,
    wanted: impl Fn(&Reminder) -> bool,
) -> Result<()> {
    for reminder in case.item().workflow.reminders.iter().filter(|reminder| wanted(reminder)) {
        let ReminderDay::Day(rule) = &reminder.of else { continue };
        let value = case.rules.value(rule, inputs);
        let day = value.as_ref().and_then(|value| value.as_str()).and_then(|day| day.parse::<Date>().ok());
        // What cannot be told in this case is not reminded of.
        let Some(day) = day.filter(|day| *day >= scene.today) else { continue };
        let kept = CaseDay { case: case.id, reminder: reminder.id.clone(), day, set_on: scene.today };
        rows::put_day(tx, &kept, reminder.first_on(&scene.calendar, day)).await?;
    }
    Ok(())
}

/// Reminds of the days that decisions have set.
pub(super) async fn send_for_days(round: &Round<'_>) -> Result<()> {
    let mut behind = (String::new(), String::new());
    loop {
        let page = rows::days_due(&round.scene.state.store, round.scene.today, &behind).await?;
        let Some(last) = page.last() else { return Ok(()) };
        behind = (last.case.to_string(), last.reminder.clone());
        for day in &page {
            if let Err(error) = of_day(round, day).await {
                passed_over("case", &day.case.to_string(), &error);
            }
        }
    }
}

async fn of_day(round: &Round<'_>, kept: &CaseDay) -> Result<()> {
    let scene = &round.scene;
    let Some(case) = workflow::load(scene.state, kept.case).await? else { return Ok(()) };
    let Some(reminder) = case.item().workflow.reminders.iter().find(|known| known.id == kept.reminder) else {
        return Ok(());
    };
    let stands = match case.machine.status {
        CaseStatus::Granted | CaseStatus::Closed => reminder.after_refusal.is_none(),
        CaseStatus::Refused => reminder.after_refusal.is_some(),
        _ => false,
    };
    let Some(days_before) = reminder.due(&scene.calendar, kept.day, kept.set_on, scene.today).filter(|_| stands) else {
        return Ok(());
    };
    let mut tx = scene.state.store.write().await?;
    if rows::has_died(&mut tx, case.party).await? {
        return Ok(());
    }
    let due = Due {
        subject: case.id.to_string(),
        party: case.party,
        reminder,
        day: kept.day,
        days_before,
        sender: department_name(scene, case.department()),
        opens: None,
        case: Some(case.id),
    };
    if round.send(&mut tx, &due).await? {
        tx.commit().await?;
        scene.state.notices.wake(case.party);
    }
    Ok(())
}

/// Reminds of booked appointments.
pub(super) async fn send_for_appointments(round: &Round<'_>) -> Result<()> {
    let today = round.scene.today;
    let to = Date(today.0.saturating_add(jiff::Span::new().days(APPOINTMENT_DAYS)));
    let mut behind = String::new();
    loop {
        let page = rows::booked(&round.scene.state.store, today, to, &behind).await?;
        let Some(last) = page.last() else { return Ok(()) };
        behind.clone_from(&last.id);
        for seat in &page {
            if let Err(error) = of_appointment(round, seat).await {
                passed_over("appointment", &seat.id, &error);
            }
        }
    }
}

async fn of_appointment(round: &Round<'_>, seat: &Booked) -> Result<()> {
    let scene = &round.scene;
    let Some(case) = workflow::load(scene.state, seat.case).await? else { return Ok(()) };
    let reminders = case.item().workflow.reminders.iter();
    for reminder in reminders.filter(|reminder| reminder.of == ReminderDay::Appointment) {
        let due = reminder.due(&scene.calendar, seat.day, seat.booked_on, scene.today);
        let Some(days_before) = due else { continue };
        let mut tx = scene.state.store.write().await?;
        if !rows::is_booked(&mut tx, &seat.id).await? || rows::has_died(&mut tx, seat.party).await? {
            return Ok(());
        }
        let due = Due {
            subject: seat.id.clone(),
            party: seat.party,
            reminder,
            day: seat.day,
            days_before,
            sender: department_name(scene, case.department()),
            opens: Some(NoticeTarget::Appointments),
            case: Some(case.id),
        };
        if round.send(&mut tx, &due).await? {
            tx.commit().await?;
            scene.state.notices.wake(seat.party);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::is_said;

    #[test]
    fn a_standard_reason_is_known_again_with_words_around_it() {
        let (zh, en) = ("账户封存不满半年。", "Sealed for less than half a year.");
        assert!(is_said("账户封存不满半年。到 12 月 1 日满。", zh, en) && is_said(en, zh, en));
        assert!(!is_said("单位还在缴存", zh, en));
    }
}
