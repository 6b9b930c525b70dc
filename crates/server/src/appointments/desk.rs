//! Who comes to a department today, and whether they came.

use std::str::FromStr as _;

use axum::{Json, extract::State};
use haoban_domain::{
    identifiers::mask,
    ids::{AppointmentId, CaseId},
    person::Applicant,
    time::Date,
};
use haoban_wire::{
    Problem, ProblemCode,
    appointments::{AppointmentState, DeskAppointment, DeskAppointments, MarkAppointment},
};
use serde::Deserialize;
use serde_json::json;
use sqlx::{AnyConnection, Row as _};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    book::{Told, tell},
    rows::{self, Seat},
    seats::schedule,
};
use crate::{
    AppState, Result,
    audit::{self, Act},
    http::{JsonBody, PathOf, QueryOf},
    identity::Officer,
    workflow::Scene,
};

/// Routes of the desk.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(mark))
}

/// Which day.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
struct Wanted {
    /// `YYYY-MM-DD`; absent means today.
    #[serde(default)]
    day: Option<String>,
}

/// Appointments at the officer's department on a day.
#[utoipa::path(get, path = "/v1/desk/appointments", tag = "desk", security(("desk" = [])), params(Wanted), responses((status = 200, body = DeskAppointments)))]
async fn list(
    State(state): State<AppState>,
    who: Officer,
    QueryOf(wanted): QueryOf<Wanted>,
) -> Result<Json<DeskAppointments>> {
    let scene = Scene::now(&state);
    let day = match wanted.day {
        Some(text) => Date::from_str(&text).map_err(|_| Problem::new(ProblemCode::BadRequest).with("what", "day"))?,
        None => scene.today,
    };
    Ok(Json(of_day(&scene, &who, day).await?))
}

/// Notes that the resident came, or did not.
#[utoipa::path(post, path = "/v1/desk/appointments/{id}/mark", tag = "desk", security(("desk" = [])), params(("id" = String, Path)),
    request_body = MarkAppointment, responses((status = 200, body = DeskAppointments)))]
async fn mark(
    State(state): State<AppState>,
    who: Officer,
    PathOf(id): PathOf<String>,
    JsonBody(body): JsonBody<MarkAppointment>,
) -> Result<Json<DeskAppointments>> {
    let id = AppointmentId::from_str(&id).map_err(|_| ProblemCode::NotFound)?;
    let scene = Scene::now(&state);
    let mut tx = state.store.write().await?;
    let suffix = tx.dialect().for_update();
    let seat = rows::find(&mut tx, id, suffix).await?.ok_or(ProblemCode::NotFound)?;
    if schedule(&scene, &seat.schedule)?.department != who.department {
        return Err(ProblemCode::NotFound.into());
    }
    let wanted = if body.came { AppointmentState::Kept } else { AppointmentState::Missed };
    if seat.start.instant() > scene.now {
        return Err(Problem::new(ProblemCode::NotAllowedNow).with("why", "not_begun").into());
    }
    if seat.state != wanted {
        if !rows::mark(&mut tx, id, wanted, scene.now).await? {
            return Err(Problem::new(ProblemCode::NotAllowedNow).with("why", "not_booked").into());
        }
        let act = Act {
            at: scene.now,
            actor: format!("officer:{}", who.id),
            department: Some(&who.department),
            action: if body.came { "appointment.kept" } else { "appointment.missed" },
            subject: id.to_string(),
            case_id: seat.case,
            detail: json!({}),
        };
        if !body.came {
            tell(&mut tx, &scene, &seat, Told::Missed).await?;
        }
        audit::record(&mut tx, act).await?;
        tx.commit().await?;
        state.notices.wake(seat.party);
    }
    Ok(Json(of_day(&scene, &who, seat.start.day).await?))
}

async fn of_day(scene: &Scene<'_>, who: &Officer, day: Date) -> Result<DeskAppointments> {
    let mut connection = scene.state.store.reader().acquire().await?;
    let mut found = Vec::new();
    for schedule in scene.pack.pack.schedules.iter().filter(|schedule| schedule.department == who.department) {
        for seat in rows::of_day(&mut connection, &schedule.id, day).await? {
            let (case_number, name) = case_of(&mut connection, &seat).await?;
            let place = schedule.place(&seat.place).map(|place| place.name.clone()).unwrap_or_default();
            found.push(DeskAppointment {
                id: seat.id,
                name: schedule.name.clone(),
                place,
                start: seat.start,
                who: name,
                case_number,
                state: seat.state,
                may_mark: seat.start.instant() <= scene.now,
            });
        }
    }
    found.sort_by_key(|row| row.start);
    Ok(DeskAppointments { day, rows: found })
}

/// Number of the case and its applicant's masked name.
async fn case_of(connection: &mut AnyConnection, seat: &Seat) -> Result<(String, String)> {
    let id: Option<CaseId> = seat.case;
    let Some(id) = id else { return Ok(Default::default()) };
    let row = sqlx::query("SELECT number, applicant FROM cases WHERE id = $1").bind(id.to_string());
    let Some(row) = row.fetch_optional(connection).await? else { return Ok(Default::default()) };
    let applicant: Applicant = serde_json::from_str(&row.try_get::<String, _>("applicant")?)?;
    Ok((row.try_get("number")?, mask::name(&applicant.name)))
}
