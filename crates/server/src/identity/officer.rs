//! The signed-in officer of a `/v1/desk` request.

use axum::{extract::FromRequestParts, http::request::Parts};
use haoban_wire::ProblemCode;

use crate::{AppState, Error};

/// Who sits at the desk. Requests other than GET and HEAD have shown the session's `X-Desk-Token`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Officer {
    /// Id, e.g. for `claimed_by`.
    pub id: String,
    /// Name.
    pub name: String,
    /// Department id of the pack.
    pub department: String,
    /// The session's CSRF token (for `GET /v1/desk/me`).
    pub csrf: String,
}

impl FromRequestParts<AppState> for Officer {
    type Rejection = Error;
    async fn from_request_parts(_parts: &mut Parts, _state: &AppState) -> Result<Self, Error> {
        Err(ProblemCode::SignedOut.into())
    }
}
