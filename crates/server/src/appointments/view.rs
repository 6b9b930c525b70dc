//! Appointments as their holder sees them.

use haoban_domain::{appointment::Schedule, ids::PartyId};
use haoban_wire::appointments::{Appointment, AppointmentPage, AppointmentState};
use sqlx::{AnyConnection, Row as _};

use super::{
    change,
    rows::{self, Seat},
};
use crate::{
    AppState, Result, licences,
    workflow::{self, Scene},
};

/// What people need not see any more.
fn is_past(state: AppointmentState) -> bool {
    matches!(state, AppointmentState::Moved | AppointmentState::Lapsed)
}

/// All appointments of a party: those to come in order of time, then those behind, the latest first.
pub(super) async fn page(state: &AppState, party: PartyId) -> Result<AppointmentPage> {
    let scene = Scene::now(state);
    let mut connection = state.store.reader().acquire().await?;
    let mut appointments = Vec::new();
    for seat in rows::of_party(&mut connection, party).await? {
        let lapsed = seat.held_until.is_some_and(|until| until <= scene.now);
        let schedule = scene.pack.pack.schedules.iter().find(|schedule| schedule.id == seat.schedule);
        if let Some(schedule) = schedule.filter(|_| !lapsed && !is_past(seat.state)) {
            let number = case_number(&mut connection, &seat).await?;
            let mut one = appointment(&scene, schedule, &seat, number);
            if seat.state == AppointmentState::Booked && one.change_until >= scene.now {
                with_case(&mut connection, &scene, schedule, &seat, &mut one).await?;
            }
            appointments.push(one);
        }
    }
    let to_come = |one: &Appointment| {
        matches!(one.state, AppointmentState::Held | AppointmentState::Booked) && one.start.instant() > scene.now
    };
    let (mut next, behind): (Vec<_>, Vec<_>) = appointments.into_iter().partition(to_come);
    next.reverse();
    Ok(AppointmentPage { appointments: next.into_iter().chain(behind).collect() })
}

/// What the case of a booked seat says of it: where it may still be moved to, and whether the case goes with it.
async fn with_case(
    connection: &mut AnyConnection,
    scene: &Scene<'_>,
    schedule: &Schedule,
    seat: &Seat,
    one: &mut Appointment,
) -> Result<()> {
    let Some(id) = seat.case else { return Ok(()) };
    let Some(case) = workflow::read_part(scene.state, connection, id).await? else { return Ok(()) };
    let held = licences::held(connection, seat.party, scene.today).await?;
    one.places = change::places(scene, &case, &held, schedule, seat);
    one.carries_case = change::carries_case(&case, seat);
    Ok(())
}

/// Number of the case a seat belongs to.
pub(super) async fn case_number(connection: &mut AnyConnection, seat: &Seat) -> Result<Option<String>> {
    let Some(case) = seat.case else { return Ok(None) };
    let row = sqlx::query("SELECT number FROM cases WHERE id = $1").bind(case.to_string()).fetch_optional(connection);
    Ok(row.await?.map(|row| row.try_get("number")).transpose()?)
}

/// One of them.
pub(super) fn appointment(scene: &Scene<'_>, schedule: &Schedule, seat: &Seat, number: Option<String>) -> Appointment {
    let place = schedule.place(&seat.place).or_else(|| schedule.places.first());
    Appointment {
        id: seat.id,
        schedule: seat.schedule.clone(),
        name: schedule.name.clone(),
        place: place.cloned().unwrap_or_else(|| gone(scene, schedule)),
        start: seat.start,
        state: seat.state,
        held_until: seat.held_until,
        change_until: schedule.change_until(seat.start),
        places: Vec::new(),
        carries_case: false,
        case_id: seat.case,
        case_number: number,
    }
}

/// A timetable that lost all its places still belongs to a department.
fn gone(scene: &Scene<'_>, schedule: &Schedule) -> haoban_domain::appointment::Place {
    let name = crate::workflow::department_name(scene, &schedule.department);
    haoban_domain::appointment::Place {
        id: String::new(),
        address: name.clone(),
        name,
        phone: scene.pack.department(&schedule.department).map(|one| one.phone.clone()).unwrap_or_default(),
    }
}
