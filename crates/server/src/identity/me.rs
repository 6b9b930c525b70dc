//! `GET /v1/me`.

use axum::{Json, extract::State};
use haoban_wire::http::Me;

use super::{Resident, accounts};
use crate::{AppState, Result};

/// Who is signed in.
#[utoipa::path(
    get, path = "/v1/me", tag = "identity", security(("resident" = [])),
    responses((status = OK, body = Me), (status = UNAUTHORIZED, body = haoban_wire::Problem))
)]
pub(super) async fn me(State(state): State<AppState>, resident: Resident) -> Result<Json<Me>> {
    let applicant = accounts::applicant(state.store.reader(), resident.party_id).await?;
    Ok(Json(Me { applicant }))
}
