//! Key deposits over HTTP.

use axum::{
    Json,
    extract::State,
    http::{HeaderName, HeaderValue, StatusCode, header},
};
use haoban_wire::{ProblemCode, deposits::KeyDeposit};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::settle;
use crate::{
    AppState, Result,
    http::{JsonBody, PathOf},
    identity::Resident,
};

/// Hexadecimal digits of a profile's name.
const PROFILE_DIGITS: usize = 32;

/// Routes of key deposits.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(deposit, withdraw)).routes(routes!(release))
}

/// Leaves a key, or replaces one's own. A profile belongs to the party that came first.
#[utoipa::path(put, path = "/v1/key-deposits/{profile}", tag = "deposits", params(("profile" = String, Path)),
    security(("resident" = [])), request_body = KeyDeposit, responses((status = 204)))]
async fn deposit(
    State(state): State<AppState>,
    who: Resident,
    PathOf(profile): PathOf<String>,
    JsonBody(body): JsonBody<KeyDeposit>,
) -> Result<StatusCode> {
    settle::deposit(&state, who.party_id, &checked(profile)?, &body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes one's key. Removing nothing is fine.
#[utoipa::path(delete, path = "/v1/key-deposits/{profile}", tag = "deposits", params(("profile" = String, Path)),
    security(("resident" = [])), responses((status = 204)))]
async fn withdraw(State(state): State<AppState>, who: Resident, PathOf(profile): PathOf<String>) -> Result<StatusCode> {
    settle::withdraw(&state, who.party_id, &checked(profile)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a key back, only right after a sign-in; the resident is told of it by message.
#[utoipa::path(post, path = "/v1/key-deposits/{profile}/release", tag = "deposits", params(("profile" = String, Path)),
    security(("resident" = [])), responses((status = 200, body = KeyDeposit)))]
async fn release(
    State(state): State<AppState>,
    who: Resident,
    PathOf(profile): PathOf<String>,
) -> Result<([(HeaderName, HeaderValue); 1], Json<KeyDeposit>)> {
    let key = settle::release(&state, who, &checked(profile)?).await?;
    Ok(([(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))], Json(key)))
}

/// The name of a profile, as devices make them.
fn checked(profile: String) -> Result<String> {
    let hex = profile.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    if hex && profile.len() == PROFILE_DIGITS { Ok(profile) } else { Err(ProblemCode::NotFound.into()) }
}
