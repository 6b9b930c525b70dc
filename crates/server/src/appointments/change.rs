//! Changing and giving up what was booked, and what becomes of the case behind it.

use haoban_domain::{
    appointment::{Schedule, SlotStart},
    case::CaseEventKind,
    form::{Field, FieldKind, FieldProblem},
    ids::{AppointmentId, PartyId},
    item::ServiceItem,
    licence::Licence,
};
use haoban_wire::{
    Problem, ProblemCode,
    appointments::{AppointmentState, MoveAppointment},
};
use serde_json::{Value, json};

use super::{
    book::{Told, tell},
    rows::{self, Seat, Slot},
    seats::{Purpose, schedule, take},
};
use crate::{
    AppState, Result, intake, licences,
    store::Write,
    workflow::{self, Dossier, Scene},
};

/// Moves an appointment to another time, in one step: the new seat is taken before the old one is given up. The
/// case then names the new time, in its answers and in what was issued.
pub(super) async fn change(
    state: &AppState,
    party: PartyId,
    id: AppointmentId,
    key: &str,
    body: &MoveAppointment,
) -> Result<()> {
    let scene = Scene::now(state);
    let mut tx = state.store.write().await?;
    if !intake::first_time(&mut tx, &format!("appointment:{id}"), key, &party.to_string(), body, scene.now).await? {
        return Ok(());
    }
    let (seat, mut case) = own_booked(&mut tx, &scene, party, id).await?;
    let slot = Slot { schedule: &seat.schedule, place: &body.place, start: body.start };
    if seat.place == body.place && seat.start == body.start {
        return tx.commit().await;
    }
    let timetable = schedule(&scene, &seat.schedule)?;
    let held = licences::held(&mut tx, party, scene.today).await?;
    may_move(&scene, &case, held, &seat.schedule, (&body.place, body.start))?;
    let moved = take(&mut tx, &scene, timetable, party, slot, Purpose::Case(case.id)).await?;
    rows::free(&mut tx, seat.id, AppointmentState::Moved, scene.now).await?;
    tell(&mut tx, &scene, &moved, Told::Changed).await?;
    if let Some((field, _)) = asked(case.item(), &seat.schedule) {
        let field = field.id.clone();
        workflow::rebook(&mut tx, &scene, &mut case, &field, answer(&body.place, body.start)).await?;
    }
    haoban_failpoints::reach("change-before-commit");
    tx.commit().await?;
    haoban_failpoints::reach("change-after-commit");
    state.notices.wake(party);
    Ok(())
}

/// Gives an appointment up, and with it a case that stands and falls with it.
pub(super) async fn cancel(state: &AppState, party: PartyId, id: AppointmentId, key: &str) -> Result<()> {
    let scene = Scene::now(state);
    let mut tx = state.store.write().await?;
    if !intake::first_time(&mut tx, &format!("appointment:{id}"), key, &party.to_string(), &"cancel", scene.now).await?
    {
        return Ok(());
    }
    let (seat, mut case) = own_booked(&mut tx, &scene, party, id).await?;
    let carries = carries_case(&case, &seat);
    let running = haoban_domain::case::allowed(&case.machine).contains(&CaseEventKind::Withdraw);
    if carries && running {
        // The seat goes with the case, and so does the word about it.
        workflow::withdraw_with_appointment(&mut tx, &scene, &mut case).await?;
    } else {
        rows::free(&mut tx, seat.id, AppointmentState::Cancelled, scene.now).await?;
        tell(&mut tx, &scene, &seat, Told::Cancelled).await?;
        if carries {
            workflow::undo_with_appointment(&mut tx, &scene, &mut case).await?;
        }
    }
    haoban_failpoints::reach("cancel-before-commit");
    tx.commit().await?;
    haoban_failpoints::reach("cancel-after-commit");
    state.notices.wake(party);
    Ok(())
}

/// A booked appointment of one's own that may still be changed, and its case, which is locked first as everywhere.
async fn own_booked(tx: &mut Write, scene: &Scene<'_>, party: PartyId, id: AppointmentId) -> Result<(Seat, Dossier)> {
    let seen = rows::find(tx, id, "").await?.filter(|seat| seat.party == party).ok_or(ProblemCode::NotFound)?;
    let case = match seen.case {
        Some(case) => workflow::lock(scene.state, tx, case).await?,
        None => None,
    };
    let suffix = tx.dialect().for_update();
    let seat = rows::find(tx, id, suffix).await?.ok_or(ProblemCode::NotFound)?;
    let late = schedule(scene, &seat.schedule)?.change_until(seat.start) < scene.now;
    match case {
        Some(case) if seat.state == AppointmentState::Booked && !late => Ok((seat, case)),
        _ => {
            let why = if late { "too_late" } else { "not_booked" };
            Err(Problem::new(ProblemCode::NotAllowedNow).with("why", why).into())
        }
    }
}

/// The question of an item that a timetable answers, and whether the case stands and falls with it. The parts of a
/// joint service have cases of their own: none of them falls with an appointment of the whole.
fn asked<'a>(item: &'a ServiceItem, wanted: &str) -> Option<(&'a Field, bool)> {
    item.form.pages.iter().flat_map(|page| &page.fields).find_map(|field| match &field.kind {
        FieldKind::Appointment { schedule, carries_case, .. } if schedule == wanted => {
            Some((field, *carries_case && item.joint.is_none()))
        }
        _ => None,
    })
}

/// Whether a case goes with a seat that is given up.
pub(super) fn carries_case(case: &Dossier, seat: &Seat) -> bool {
    asked(case.item(), &seat.schedule).is_some_and(|(_, carries)| carries)
}

fn answer(place: &str, start: SlotStart) -> Value {
    json!({ "place": place, "start": start })
}

/// The service offers that place in this situation, and it costs what was charged.
fn may_move(
    scene: &Scene<'_>,
    case: &Dossier,
    held: Vec<Licence>,
    timetable: &str,
    (place, start): (&str, SlotStart),
) -> Result<()> {
    let Some((field, _)) = asked(case.item(), timetable) else { return Ok(()) };
    let mut inputs = case.inputs(held, scene.today);
    inputs.answers.insert(field.id.clone(), answer(place, start));
    let form = case.rules.evaluate(&inputs);
    let said = form.fields.get(&field.id).into_iter().flat_map(|state| &state.problems);
    let wrong: Vec<FieldProblem> = said.filter(|problem| !problem.warning).cloned().collect();
    if !wrong.is_empty() {
        return Err(Problem::new(ProblemCode::Invalid).with_fields(wrong).into());
    }
    if workflow::costs_the_same(case, &inputs)? {
        return Ok(());
    }
    Err(Problem::new(ProblemCode::NotAllowedNow).with("why", "other_charge").into())
}

/// Places that an appointment may be moved to.
pub(super) fn places(
    scene: &Scene<'_>,
    case: &Dossier,
    held: &[Licence],
    timetable: &Schedule,
    seat: &Seat,
) -> Vec<String> {
    let fits = |place: &str| may_move(scene, case, held.to_vec(), &timetable.id, (place, seat.start)).is_ok();
    let all = timetable.places.iter().map(|place| &place.id);
    all.filter(|place| **place == seat.place || fits(place.as_str())).cloned().collect()
}
