//! Sealed drafts over HTTP.

use axum::{Json, extract::State};
use haoban_domain::ids::DraftId;
use haoban_wire::follow::{FollowPage, FollowRow, FollowedDraft, PutDraft};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::keep;
use crate::{
    AppState, Result,
    http::{JsonBody, PathOf},
    identity::SignedIn,
};

/// Routes of sealed drafts.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(get, put))
}

/// Which drafts there are, without their content.
#[utoipa::path(get, path = "/v1/follow/drafts", tag = "follow", security(("resident" = [])),
    responses((status = 200, body = FollowPage)))]
async fn list(State(state): State<AppState>, caller: SignedIn) -> Result<Json<FollowPage>> {
    Ok(Json(keep::list(&state, &caller).await?))
}

/// One sealed draft.
#[utoipa::path(get, path = "/v1/follow/drafts/{id}", tag = "follow", params(("id" = String, Path)),
    security(("resident" = [])), responses((status = 200, body = FollowedDraft)))]
async fn get(
    State(state): State<AppState>,
    caller: SignedIn,
    PathOf(id): PathOf<DraftId>,
) -> Result<Json<FollowedDraft>> {
    Ok(Json(keep::one(&state, &caller, id).await?))
}

/// Keeps a sealed draft over the revision it was made from.
#[utoipa::path(put, path = "/v1/follow/drafts/{id}", tag = "follow", params(("id" = String, Path)),
    security(("resident" = [])), request_body = PutDraft, responses((status = 200, body = FollowRow)))]
async fn put(
    State(state): State<AppState>,
    caller: SignedIn,
    PathOf(id): PathOf<DraftId>,
    JsonBody(body): JsonBody<PutDraft>,
) -> Result<Json<FollowRow>> {
    Ok(Json(keep::put(&state, &caller, id, &body).await?))
}
