//! What an app reads first: where everything is, and the public keys.

use axum::{Json, extract::State, http::header, response::IntoResponse};

use crate::AppState;

/// OpenID configuration.
#[utoipa::path(
    get, path = "/.well-known/openid-configuration", tag = "oauth",
    responses((status = OK, body = Object, description = "OpenID Connect Discovery 1.0"))
)]
pub(super) async fn configuration(State(state): State<AppState>) -> impl IntoResponse {
    let issuer = &state.config.public_url;
    Json(serde_json::json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/oauth/authorize"),
        "token_endpoint": format!("{issuer}/oauth/token"),
        "revocation_endpoint": format!("{issuer}/oauth/revoke"),
        "jwks_uri": format!("{issuer}/oauth/jwks"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": ["openid", "profile", "offline_access"],
        "claims_supported": ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "amr", "at_hash", "name"],
        "ui_locales_supported": ["zh-CN", "en"],
        "prompt_values_supported": ["login"],
        "authorization_response_iss_parameter_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
    }))
}

/// Public keys of tokens.
#[utoipa::path(
    get, path = "/oauth/jwks", tag = "oauth",
    responses((status = OK, body = Object, description = "JWK set (RFC 7517)"))
)]
pub(super) async fn jwks(State(state): State<AppState>) -> impl IntoResponse {
    ([(header::CACHE_CONTROL, "public, max-age=300")], Json(state.keys.jwks()))
}
