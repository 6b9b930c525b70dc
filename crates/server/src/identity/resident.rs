//! The signed-in resident of a `/v1` request.

use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};
use haoban_domain::{ids::PartyId, time::Timestamp};
use haoban_wire::ProblemCode;

use super::oidc;
use crate::{AppState, Error};

/// Who sends the request, by a bearer token of ours that is in force and whose sign-in was not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resident {
    /// The party.
    pub party_id: PartyId,
    /// End of the token; streams end with it.
    pub expires_at: Timestamp,
    /// When the person proved who they are; renewing tokens does not change it.
    pub signed_in_at: Timestamp,
}

/// A resident and the family of tokens their request came with: all that grew from one sign-in on one device.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who.
    pub who: Resident,
    /// Family.
    pub family: String,
}

impl FromRequestParts<AppState> for Resident {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Error> {
        Ok(SignedIn::from_request_parts(parts, state).await?.who)
    }
}

impl FromRequestParts<AppState> for SignedIn {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Error> {
        let given = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let (scheme, token) = given.and_then(|value| value.split_once(' ')).ok_or(ProblemCode::SignedOut)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(ProblemCode::SignedOut.into());
        }
        let verified = oidc::verify_access(state, token.trim()).await?;
        let signed_in_at: Option<i64> = sqlx::query_scalar(
            "SELECT f.auth_time FROM token_family f JOIN account a ON a.id = f.account_id
             WHERE f.id = $1 AND f.revoked_at IS NULL AND a.disabled = 0",
        )
        .bind(verified.family.clone())
        .fetch_optional(state.store.reader())
        .await?;
        let signed_in_at = Timestamp::from_millis(signed_in_at.ok_or(ProblemCode::SignedOut)?);
        let who = Resident { party_id: verified.party_id, expires_at: verified.expires_at, signed_in_at };
        Ok(Self { who, family: verified.family })
    }
}
