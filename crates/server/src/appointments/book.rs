//! Booking with a case and giving up with it; and what the resident is told.

use haoban_domain::{
    appointment::SlotStart,
    form::{Field, FieldKind, FieldProblem, FormState},
    ids::NoticeId,
    text::LocalText,
};
use haoban_wire::{
    Problem, ProblemCode,
    appointments::AppointmentState,
    http::{Change, Notice, NoticeKind},
};

use super::{
    rows::{self, Seat, Slot},
    seats::{Purpose, schedule, take},
};
use crate::{
    Error, Result,
    notices::{self, plain, say},
    store::Write,
    workflow::{Dossier, Scene, department_name},
};

/// Books the times that the answers of a case name, in its own transaction. A held seat becomes the case's; one
/// that was never held, or whose ten minutes are over, is taken if it is still free.
pub(crate) async fn book_with_case(tx: &mut Write, scene: &Scene<'_>, case: &Dossier, form: &FormState) -> Result<()> {
    let item = case.item().clone();
    for field in item.form.pages.iter().flat_map(|page| &page.fields) {
        let FieldKind::Appointment { schedule, .. } = &field.kind else { continue };
        let visible = form.fields.get(&field.id).is_some_and(|state| state.visible);
        let Some((place, start)) = case.answers.get(&field.id).filter(|_| visible).and_then(named) else { continue };
        let slot = Slot { schedule, place: &place, start };
        book(tx, scene, case, slot).await.map_err(|error| at_field(error, field))?;
    }
    Ok(())
}

fn named(answer: &serde_json::Value) -> Option<(String, SlotStart)> {
    let start = answer.get("start")?.as_str()?.parse().ok()?;
    Some((answer.get("place")?.as_str()?.to_owned(), start))
}

async fn book(tx: &mut Write, scene: &Scene<'_>, case: &Dossier, slot: Slot<'_>) -> Result<()> {
    let before = rows::of_case(tx, case.id).await?.into_iter().find(|seat| seat.schedule == slot.schedule);
    if before.as_ref().is_some_and(|seat| seat.place == slot.place && seat.start == slot.start) {
        return Ok(());
    }
    let timetable = schedule(scene, slot.schedule)?;
    let held = rows::own_seat(tx, case.party, slot).await?.filter(|seat| seat.state == AppointmentState::Held);
    let held = held.filter(|seat| seat.held_until.is_some_and(|until| until > scene.now));
    let seat = match held {
        Some(seat) if rows::book(tx, seat.id, case.id, scene.now).await? => seat,
        _ => take(tx, scene, timetable, case.party, slot, Purpose::Case(case.id)).await?,
    };
    if let Some(before) = before {
        rows::free(tx, before.id, AppointmentState::Moved, scene.now).await?;
    }
    tell(tx, scene, &seat, Told::Booked).await
}

/// A refusal at the question it belongs to.
fn at_field(error: Error, field: &Field) -> Error {
    let problem = error.problem();
    let (rule, message) = match problem.code {
        ProblemCode::SlotTaken => ("slot_taken", say!("appointment", "slot_taken", field = &field.label)),
        ProblemCode::BookingBlocked => {
            let until = plain(problem.params.get("until").cloned().unwrap_or_default());
            ("booking_blocked", say!("appointment", "blocked", field = &field.label, until = &until))
        }
        _ => return error,
    };
    let field = Some(field.id.clone());
    let wrong = FieldProblem { field, part: None, rule: rule.to_owned(), message, warning: false };
    Problem::new(ProblemCode::Invalid).with_fields(vec![wrong]).into()
}

/// The case ended: what was booked for it and is still to come is free again.
pub(crate) async fn give_up_with_case(tx: &mut Write, scene: &Scene<'_>, case: &Dossier) -> Result<()> {
    for seat in rows::of_case(tx, case.id).await? {
        if seat.start.instant() > scene.now && rows::free(tx, seat.id, AppointmentState::Cancelled, scene.now).await? {
            tell(tx, scene, &seat, Told::Cancelled).await?;
        }
    }
    Ok(())
}

/// What happened to an appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    Booked,
    Changed,
    Cancelled,
    Missed,
}

/// Tells the resident, and the devices to read the list again.
pub(super) async fn tell(tx: &mut Write, scene: &Scene<'_>, seat: &Seat, what: Told) -> Result<()> {
    let timetable = schedule(scene, &seat.schedule)?;
    let (name, time) = (&timetable.name, plain(seat.start.to_string().replace('T', " ")));
    let place = timetable.place(&seat.place).map(|place| place.name.clone()).unwrap_or_default();
    let (title, body): (LocalText, LocalText) = match what {
        Told::Booked => (
            say!("appointment", "booked", name = name),
            say!("appointment", "booked_body", time = &time, place = &place),
        ),
        Told::Changed => (
            say!("appointment", "changed", name = name),
            say!("appointment", "changed_body", time = &time, place = &place),
        ),
        Told::Cancelled => (
            say!("appointment", "cancelled", name = name),
            say!("appointment", "cancelled_body", time = &time, place = &place),
        ),
        Told::Missed => (
            say!("appointment", "missed", name = name),
            say!("appointment", "missed_body", time = &time, place = &place),
        ),
    };
    let notice = Notice {
        id: NoticeId::new(scene.now.millis(), scene.random()),
        kind: NoticeKind::Appointment,
        sender: department_name(scene, &timetable.department),
        title,
        body,
        case_id: seat.case,
        opens: None,
        at: scene.now,
    };
    notices::append(tx, seat.party, &Change::Notice { notice }, scene.now).await?;
    notices::append(tx, seat.party, &Change::AppointmentsChanged, scene.now).await?;
    Ok(())
}
