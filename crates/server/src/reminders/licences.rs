//! Reminders of licence types: before the end, or before a day of every year.

use haoban_domain::{
    ids::{LicenceId, PartyId},
    licence::{Licence, LicenceStatus, LicenceType},
    reminder::{DayOfYear, Reminder, ReminderDay},
    time::Date,
};
use haoban_wire::http::NoticeTarget;

use super::{
    rows,
    send::{Due, Round, passed_over},
};
use crate::{Result, licences, workflow::department_name};

/// Reminds the holders of every type that has reminders.
pub(super) async fn send(round: &Round<'_>) -> Result<()> {
    for kind in &round.scene.pack.pack.licence_types {
        for reminder in &kind.reminders {
            of_type(round, kind, reminder).await?;
        }
    }
    Ok(())
}

async fn of_type(round: &Round<'_>, kind: &LicenceType, reminder: &Reminder) -> Result<()> {
    let (store, today) = (&round.scene.state.store, round.scene.today);
    let between = match &reminder.of {
        ReminderDay::End => Some((today, reminder.horizon(today))),
        // On most days of the year nothing is due, and no licence is looked at.
        ReminderDay::Yearly(day) => match day.on_or_after(today) {
            Some(day) if reminder.first_on(&round.scene.calendar, day) <= today => None,
            _ => return Ok(()),
        },
        ReminderDay::Anniversary => None,
        _ => return Ok(()),
    };
    let mut behind = String::new();
    loop {
        let page = rows::licences(store, &kind.id, between, &behind).await?;
        let Some((_, last)) = page.last() else { return Ok(()) };
        behind = last.id.to_string();
        for (holder, licence) in &page {
            if due(round, reminder, licence).is_none() {
                continue;
            }
            if let Err(error) = of_licence(round, kind, reminder, licence.id, *holder).await {
                passed_over("licence", &licence.id.to_string(), &error);
            }
        }
    }
}

/// The day a reminder of a licence is about, and how many days before it a notice is due now.
fn due(round: &Round<'_>, reminder: &Reminder, licence: &Licence) -> Option<(Date, u16)> {
    let (today, issued_on) = (round.scene.today, licence.issued_on);
    let every_year = |day: DayOfYear| {
        let day = day.on_or_after(today)?;
        // A duty that falls after the end falls away with it.
        licence.valid_to.is_none_or(|end| day <= end).then_some(day)
    };
    let day = match &reminder.of {
        ReminderDay::End => licence.valid_to?,
        ReminderDay::Yearly(day) => every_year(*day)?,
        ReminderDay::Anniversary => every_year(DayOfYear::of(issued_on))?,
        _ => return None,
    };
    Some((day, reminder.due(&round.scene.calendar, day, issued_on, today)?))
}

async fn of_licence(
    round: &Round<'_>,
    kind: &LicenceType,
    reminder: &Reminder,
    id: LicenceId,
    holder: PartyId,
) -> Result<()> {
    let scene = &round.scene;
    let mut tx = scene.state.store.write().await?;
    // Read again where nobody else writes: it may have been taken back or renewed since.
    let held = licences::held(&mut tx, holder, scene.today).await?;
    let Some(licence) = held.iter().find(|licence| licence.id == id) else { return Ok(()) };
    let Some((day, days_before)) = due(round, reminder, licence).filter(|_| stands(kind, licence, &held)) else {
        return Ok(());
    };
    if rows::has_died(&mut tx, holder).await? {
        return Ok(());
    }
    let due = Due {
        subject: id.to_string(),
        party: holder,
        reminder,
        day,
        days_before,
        sender: department_name(scene, &kind.issuer),
        opens: Some(NoticeTarget::Licence { id }),
        case: None,
    };
    if round.send(&mut tx, &due).await? {
        tx.commit().await?;
        scene.state.notices.wake(holder);
    }
    Ok(())
}

/// In force, and no later one has taken its place.
fn stands(kind: &LicenceType, licence: &Licence, held: &[Licence]) -> bool {
    licence.status == LicenceStatus::Valid && !held.iter().any(|other| kind.replaces(other, licence))
}
