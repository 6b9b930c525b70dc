//! Publicity periods over HTTP.

use std::str::FromStr as _;

use axum::{Json, extract::State, http::HeaderMap};
use haoban_domain::ids::PublicityId;
use haoban_wire::{
    ProblemCode,
    publicity::{MakeObjection, ObjectionPage, PublicityPage},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{object, show};
use crate::{
    AppState, Result,
    http::{JsonBody, PathOf},
    identity::Resident,
    intake::key_of,
};

/// Routes of publicity.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(make)).routes(routes!(mine))
}

/// What is before the public now. Needs no sign-in.
#[utoipa::path(get, path = "/v1/publicity", tag = "publicity", responses((status = 200, body = PublicityPage)))]
async fn list(State(state): State<AppState>) -> Result<Json<PublicityPage>> {
    Ok(Json(show::page(&state).await?))
}

/// Objects, once a person and period.
#[utoipa::path(post, path = "/v1/publicity/{id}/objections", tag = "publicity", security(("resident" = [])),
    params(("id" = String, Path), ("idempotency-key" = String, Header, description = "names the act for ever")),
    request_body = MakeObjection, responses((status = 200, body = ObjectionPage)))]
async fn make(
    State(state): State<AppState>,
    who: Resident,
    PathOf(id): PathOf<String>,
    head: HeaderMap,
    JsonBody(body): JsonBody<MakeObjection>,
) -> Result<Json<ObjectionPage>> {
    let id = PublicityId::from_str(&id).map_err(|_| ProblemCode::NotFound)?;
    object::make(&state, who.party_id, id, &key_of(&head)?, &body).await?;
    Ok(Json(object::page(&state, who.party_id).await?))
}

/// One's own objections and what became of them.
#[utoipa::path(get, path = "/v1/objections", tag = "publicity", security(("resident" = [])), responses((status = 200, body = ObjectionPage)))]
async fn mine(State(state): State<AppState>, who: Resident) -> Result<Json<ObjectionPage>> {
    Ok(Json(object::page(&state, who.party_id).await?))
}
