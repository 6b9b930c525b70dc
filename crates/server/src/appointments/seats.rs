//! Taking a seat: for ten minutes while the form is being finished, or for good.

use haoban_domain::{
    appointment::{Schedule, SlotStart},
    ids::{AppointmentId, CaseId, PartyId},
    time::Timestamp,
};
use haoban_wire::{
    Problem, ProblemCode,
    appointments::{Appointment, AppointmentState, HoldSlot, OpenSlot},
};

use super::{
    rows::{self, Seat, Slot},
    view,
};
use crate::{AppState, Result, intake, store::Write, workflow::Scene};

/// How long a seat is held before it is booked.
const HOLD_MS: i64 = 600_000;

/// A timetable of the pack in force.
pub(super) fn schedule<'a>(scene: &'a Scene<'_>, id: &str) -> Result<&'a Schedule> {
    let found = scene.pack.pack.schedules.iter().find(|schedule| schedule.id == id);
    found.ok_or_else(|| ProblemCode::NotFound.into())
}

/// Every time of a place with its seats left.
pub(super) async fn open_slots(state: &AppState, schedule_id: &str, place: &str) -> Result<Vec<OpenSlot>> {
    let scene = Scene::now(state);
    let schedule = schedule(&scene, schedule_id)?;
    schedule.place(place).ok_or(ProblemCode::NotFound)?;
    let mut connection = state.store.reader().acquire().await?;
    let used = rows::in_use(&mut connection, schedule_id, place, scene.now).await?;
    let left = |start: SlotStart| {
        let text = start.to_string();
        let used = used.iter().find(|(starts, _)| *starts == text).map_or(0, |(_, used)| *used);
        schedule.slots.capacity.saturating_sub(u16::try_from(used).unwrap_or(u16::MAX))
    };
    let starts = schedule.starts(&scene.calendar, scene.now);
    Ok(starts.into_iter().map(|start| OpenSlot { start, left: left(start) }).collect())
}

/// Holds a seat for ten minutes. Holding the same slot again holds it for longer; another slot of the same
/// timetable takes its place. The same key again gives the seat it was given.
///
/// # Errors
/// `slot_taken` when no seat is left or the time is not offered, `booking_blocked` after missed appointments.
pub async fn hold(state: &AppState, party: PartyId, key: &str, body: &HoldSlot) -> Result<Appointment> {
    let scene = Scene::now(state);
    let schedule = schedule(&scene, &body.schedule)?;
    schedule.place(&body.place).ok_or(ProblemCode::NotFound)?;
    let slot = Slot { schedule: &body.schedule, place: &body.place, start: body.start };
    let mut tx = state.store.write().await?;
    let scope = format!("hold:{party}");
    if let Some(held) = intake::take_key(&mut tx, &scope, key, &party.to_string(), body, scene.now).await? {
        // Whatever became of it since: a late twin must not take back what was chosen after it.
        let mut seat = rows::find(&mut tx, held.parse()?, "").await?.ok_or(ProblemCode::NotFound)?;
        if seat.state == AppointmentState::Held && seat.held_until.is_some_and(|until| until <= scene.now) {
            seat.state = AppointmentState::Lapsed;
        }
        return Ok(view::appointment(&scene, schedule, &seat, None));
    }
    let until = scene.now.plus_millis(HOLD_MS);
    let own = rows::own_seat(&mut tx, party, slot).await?;
    let own = own.filter(|seat| seat.held_until.is_none_or(|held| held > scene.now));
    let seat = match own {
        Some(seat) if seat.state == AppointmentState::Booked => {
            return Err(Problem::new(ProblemCode::NotAllowedNow).with("why", "booked").into());
        }
        Some(seat) => {
            rows::extend(&mut tx, seat.id, until).await?;
            Seat { held_until: Some(until), ..seat }
        }
        None => {
            rows::free_other_holds(&mut tx, party, &body.schedule, scene.now).await?;
            take(&mut tx, &scene, schedule, party, slot, Purpose::Hold { until }).await?
        }
    };
    intake::keep_answer(&mut tx, &scope, key, &seat.id.to_string()).await?;
    haoban_failpoints::reach("hold-before-commit");
    tx.commit().await?;
    haoban_failpoints::reach("hold-after-commit");
    Ok(view::appointment(&scene, schedule, &seat, None))
}

/// What a seat is taken for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Purpose {
    /// For a while.
    Hold { until: Timestamp },
    /// For a case.
    Case(CaseId),
}

/// Takes a free seat of a slot.
pub(super) async fn take(
    tx: &mut Write,
    scene: &Scene<'_>,
    schedule: &Schedule,
    party: PartyId,
    slot: Slot<'_>,
    purpose: Purpose,
) -> Result<Seat> {
    if schedule.place(slot.place).is_none() || !schedule.offers(slot.start, &scene.calendar, scene.now) {
        return Err(ProblemCode::SlotTaken.into());
    }
    let missed = rows::missed(tx, party, slot.schedule).await?;
    if let Some(until) = schedule.blocked_until(&missed, scene.today) {
        return Err(Problem::new(ProblemCode::BookingBlocked).with("until", until).into());
    }
    let (state, held_until, case) = match purpose {
        Purpose::Hold { until } => (AppointmentState::Held, Some(until), None),
        Purpose::Case(case) => (AppointmentState::Booked, None, Some(case)),
    };
    let seat = Seat {
        id: AppointmentId::new(scene.now.millis(), scene.random()),
        party,
        schedule: slot.schedule.to_owned(),
        place: slot.place.to_owned(),
        start: slot.start,
        state,
        held_until,
        case,
    };
    let taken = rows::taken(tx, slot, scene.now).await?;
    for number in (0..schedule.slots.capacity).filter(|number| !taken.contains(&i64::from(*number))) {
        if rows::insert(tx, &seat, number, scene.now).await? {
            return Ok(seat);
        }
    }
    Err(ProblemCode::SlotTaken.into())
}
