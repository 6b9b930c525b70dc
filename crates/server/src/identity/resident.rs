//! The signed-in resident of a `/v1` request.

use axum::{extract::FromRequestParts, http::request::Parts};
use haoban_domain::ids::PartyId;
use haoban_wire::ProblemCode;

use crate::{AppState, Error};

/// Who sends the request, by a bearer token of ours that is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resident {
    /// The party.
    pub party_id: PartyId,
}

impl FromRequestParts<AppState> for Resident {
    type Rejection = Error;
    async fn from_request_parts(_parts: &mut Parts, _state: &AppState) -> Result<Self, Error> {
        Err(ProblemCode::SignedOut.into())
    }
}
