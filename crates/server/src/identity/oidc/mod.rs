//! Our own OpenID provider: authorization code with PKCE for public apps, rotated refresh tokens.

mod authorize;
mod claims;
mod clients;
mod discovery;
mod family;
mod params;
mod refresh;
mod request;
mod revoke;
mod token;

pub(super) use authorize::answer_uri;
pub(super) use claims::verify_access;
pub(crate) use family::revoke_of;
pub(super) use family::{Method, issue_code};
pub(super) use request::{AuthRequest, find as find_request, finish as finish_request};
pub(super) use request::{browser_cookie, form_token, remember_phone};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::AppState;

/// Routes of the provider.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(discovery::configuration))
        .routes(routes!(discovery::jwks))
        .routes(routes!(authorize::authorize))
        .routes(routes!(token::token))
        .routes(routes!(revoke::revoke))
}
