//! Appointments of the signed-in party.

use std::str::FromStr as _;

use axum::{Json, extract::State, http::HeaderMap};
use haoban_domain::ids::AppointmentId;
use haoban_wire::{
    ProblemCode,
    appointments::{Appointment, AppointmentPage, HoldSlot, MoveAppointment, SlotPage},
};
use serde::Deserialize;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{change, seats, view};
use crate::{
    AppState, Result,
    http::{JsonBody, PathOf, QueryOf},
    identity::Resident,
    intake::key_of,
};

/// Routes of appointments.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(slots))
        .routes(routes!(hold))
        .routes(routes!(list))
        .routes(routes!(move_one))
        .routes(routes!(give_up))
}

/// Where one wants to be seen.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
struct Wanted {
    /// Timetable.
    schedule: String,
    /// Place of it.
    place: String,
}

/// Times that can be chosen now.
#[utoipa::path(get, path = "/v1/appointments/slots", tag = "appointments", security(("resident" = [])), params(Wanted), responses((status = 200, body = SlotPage)))]
async fn slots(State(state): State<AppState>, _: Resident, QueryOf(wanted): QueryOf<Wanted>) -> Result<Json<SlotPage>> {
    Ok(Json(SlotPage { slots: seats::open_slots(&state, &wanted.schedule, &wanted.place).await? }))
}

/// Holds a seat for ten minutes.
#[utoipa::path(post, path = "/v1/appointments/holds", tag = "appointments", security(("resident" = [])), request_body = HoldSlot,
    params(("idempotency-key" = String, Header, description = "names the act for ever")),
    responses((status = 200, body = Appointment)))]
async fn hold(
    State(state): State<AppState>,
    who: Resident,
    head: HeaderMap,
    JsonBody(body): JsonBody<HoldSlot>,
) -> Result<Json<Appointment>> {
    Ok(Json(seats::hold(&state, who.party_id, &key_of(&head)?, &body).await?))
}

/// One's own appointments.
#[utoipa::path(get, path = "/v1/appointments", tag = "appointments", security(("resident" = [])), responses((status = 200, body = AppointmentPage)))]
async fn list(State(state): State<AppState>, who: Resident) -> Result<Json<AppointmentPage>> {
    Ok(Json(view::page(&state, who.party_id).await?))
}

/// Moves one to another time.
#[utoipa::path(post, path = "/v1/appointments/{id}/change", tag = "appointments", security(("resident" = [])),
    params(("id" = String, Path), ("idempotency-key" = String, Header, description = "names the act for ever")),
    request_body = MoveAppointment, responses((status = 200, body = AppointmentPage)))]
async fn move_one(
    State(state): State<AppState>,
    who: Resident,
    PathOf(id): PathOf<String>,
    head: HeaderMap,
    JsonBody(body): JsonBody<MoveAppointment>,
) -> Result<Json<AppointmentPage>> {
    change::change(&state, who.party_id, id_of(&id)?, &key_of(&head)?, &body).await?;
    Ok(Json(view::page(&state, who.party_id).await?))
}

/// Gives one up.
#[utoipa::path(post, path = "/v1/appointments/{id}/cancellation", tag = "appointments", security(("resident" = [])),
    params(("id" = String, Path), ("idempotency-key" = String, Header, description = "names the act for ever")),
    responses((status = 200, body = AppointmentPage)))]
async fn give_up(
    State(state): State<AppState>,
    who: Resident,
    PathOf(id): PathOf<String>,
    head: HeaderMap,
) -> Result<Json<AppointmentPage>> {
    change::cancel(&state, who.party_id, id_of(&id)?, &key_of(&head)?).await?;
    Ok(Json(view::page(&state, who.party_id).await?))
}

fn id_of(text: &str) -> Result<AppointmentId> {
    AppointmentId::from_str(text).map_err(|_| ProblemCode::NotFound.into())
}
