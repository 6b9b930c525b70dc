//! Licences over HTTP.

use std::str::FromStr as _;

use axum::{Json, extract::State, http::StatusCode};
use haoban_domain::{ids::LicenceId, licence::Presentation};
use haoban_wire::{
    ProblemCode,
    http::{LicencePage, PresentationCheck},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{of_party, present};
use crate::{
    AppState, Result,
    http::PathOf,
    identity::{Officer, Resident},
};

/// Routes of licences.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show)).routes(routes!(look)).routes(routes!(look_at_desk))
}

/// Licences of the signed-in party.
#[utoipa::path(get, path = "/v1/licences", tag = "licences", security(("resident" = [])), responses((status = 200, body = LicencePage)))]
async fn list(State(state): State<AppState>, who: Resident) -> Result<Json<LicencePage>> {
    let licences = of_party(&state.store, who.party_id, state.clock.now().city_date()).await?;
    Ok(Json(LicencePage { licences }))
}

/// Shows a licence: a code of sixty seconds.
#[utoipa::path(post, path = "/v1/licences/{id}/presentations", tag = "licences", security(("resident" = [])), params(("id" = String, Path)),
    responses((status = 201, body = Presentation)))]
async fn show(
    State(state): State<AppState>,
    who: Resident,
    PathOf(id): PathOf<String>,
) -> Result<(StatusCode, Json<Presentation>)> {
    let id = LicenceId::from_str(&id).map_err(|_| ProblemCode::NotFound)?;
    Ok((StatusCode::CREATED, Json(present::present(&state, who.party_id, id).await?)))
}

/// The other side looks at a scanned code, once.
#[utoipa::path(get, path = "/v1/presentations/{payload}", tag = "licences", params(("payload" = String, Path)),
    responses((status = 200, body = PresentationCheck)))]
async fn look(State(state): State<AppState>, PathOf(code): PathOf<String>) -> Result<Json<PresentationCheck>> {
    Ok(Json(present::look(&state, &code, None).await?))
}

/// An officer looks at a code, scanned or read aloud as eight digits.
#[utoipa::path(get, path = "/v1/desk/presentations/{code}", tag = "desk", security(("desk" = [])), params(("code" = String, Path)),
    responses((status = 200, body = PresentationCheck)))]
async fn look_at_desk(
    State(state): State<AppState>,
    who: Officer,
    PathOf(code): PathOf<String>,
) -> Result<Json<PresentationCheck>> {
    Ok(Json(present::look(&state, &code, Some(&who.id)).await?))
}
