//! Devices over HTTP.

use axum::{Json, extract::State, http::StatusCode};
use haoban_domain::ids::DeviceId;
use haoban_wire::follow::{AdmitDevice, AskStanding, DevicePage, DeviceStanding, RegisterDevice, RemoveDevice};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::settle;
use crate::{
    AppState, Result,
    http::{JsonBody, PathOf},
    identity::SignedIn,
};

/// Routes of devices.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(devices))
        .routes(routes!(register, leave))
        .routes(routes!(admit))
        .routes(routes!(remove))
        .routes(routes!(standing))
        .routes(routes!(begin_anew))
}

/// The devices of the signed-in party, and the asking device's own grant.
#[utoipa::path(get, path = "/v1/devices", tag = "devices", security(("resident" = [])),
    responses((status = 200, body = DevicePage)))]
async fn devices(State(state): State<AppState>, caller: SignedIn) -> Result<Json<DevicePage>> {
    Ok(Json(settle::page(&state, &caller).await?))
}

/// Adds the asking device, or tells that it signed in anew.
#[utoipa::path(put, path = "/v1/devices/{id}", tag = "devices", params(("id" = String, Path)),
    security(("resident" = [])), request_body = RegisterDevice, responses((status = 204)))]
async fn register(
    State(state): State<AppState>,
    caller: SignedIn,
    PathOf(id): PathOf<DeviceId>,
    JsonBody(body): JsonBody<RegisterDevice>,
) -> Result<StatusCode> {
    settle::register(&state, &caller, id, &body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes the asking device out, or one that was never admitted. With the last one everything kept here goes.
#[utoipa::path(delete, path = "/v1/devices/{id}", tag = "devices", params(("id" = String, Path)),
    security(("resident" = [])), responses((status = 204)))]
async fn leave(State(state): State<AppState>, caller: SignedIn, PathOf(id): PathOf<DeviceId>) -> Result<StatusCode> {
    settle::leave(&state, &caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a device the account key.
#[utoipa::path(put, path = "/v1/devices/{id}/grant", tag = "devices", params(("id" = String, Path)),
    security(("resident" = [])), request_body = AdmitDevice, responses((status = 204)))]
async fn admit(
    State(state): State<AppState>,
    caller: SignedIn,
    PathOf(id): PathOf<DeviceId>,
    JsonBody(body): JsonBody<AdmitDevice>,
) -> Result<StatusCode> {
    settle::admit(&state, &caller, id, &body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes another device out: its sign-in ends, and a new account key is in force for those that stay.
#[utoipa::path(post, path = "/v1/devices/{id}/removal", tag = "devices", params(("id" = String, Path)),
    security(("resident" = [])), request_body = RemoveDevice, responses((status = 204)))]
async fn remove(
    State(state): State<AppState>,
    caller: SignedIn,
    PathOf(id): PathOf<DeviceId>,
    JsonBody(body): JsonBody<RemoveDevice>,
) -> Result<StatusCode> {
    settle::remove(&state, &caller, id, &body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Tells a device whose session ended whether it was removed. Id and key together are known to it alone.
#[utoipa::path(post, path = "/v1/devices/standing", tag = "devices", request_body = AskStanding,
    responses((status = 200, body = DeviceStanding)))]
async fn standing(
    State(state): State<AppState>,
    JsonBody(body): JsonBody<AskStanding>,
) -> Result<Json<DeviceStanding>> {
    Ok(Json(settle::standing(&state, &body).await?))
}

/// Forgets every device and every sealed draft, right after a sign-in: for somebody whose other devices are gone.
#[utoipa::path(post, path = "/v1/devices/reset", tag = "devices", security(("resident" = [])),
    responses((status = 204)))]
async fn begin_anew(State(state): State<AppState>, caller: SignedIn) -> Result<StatusCode> {
    settle::begin_anew(&state, &caller).await?;
    Ok(StatusCode::NO_CONTENT)
}
