//! `GET /oauth/authorize`: checks what the app asks and sends the browser to the sign-in page.
//!
//! Until client and redirect are known to belong together nothing is sent anywhere: the error is shown here.

use axum::{
    extract::{RawQuery, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
};

use super::{
    clients,
    params::{OAuthError, Params},
    request::{self, AuthRequest},
};
use crate::{AppState, Result, identity::pages, ports::random_bytes};

/// Scopes there are.
const SCOPES: [&str; 3] = ["openid", "profile", "offline_access"];
/// Longest `state` and `nonce`.
const LONGEST: usize = 512;

/// Begins a sign-in.
#[utoipa::path(
    get, path = "/oauth/authorize", tag = "oauth",
    params(
        ("response_type" = String, Query, description = "`code`"),
        ("client_id" = String, Query, description = "`haoban-app`"),
        ("redirect_uri" = String, Query, description = "`http://127.0.0.1:<any port>/callback`"),
        ("scope" = String, Query, description = "`openid`, `profile`, `offline_access`"),
        ("state" = Option<String>, Query, description = "Repeated in the answer"),
        ("nonce" = Option<String>, Query, description = "Repeated in the ID token"),
        ("code_challenge" = String, Query, description = "PKCE"),
        ("code_challenge_method" = String, Query, description = "`S256`"),
        ("ui_locales" = Option<String>, Query, description = "`zh-CN` or `en`"),
        ("display_mode" = Option<String>, Query, description = "`senior` for large print"),
    ),
    responses((status = SEE_OTHER, description = "To the sign-in page, or back with an error"), (status = BAD_REQUEST))
)]
pub(super) async fn authorize(State(state): State<AppState>, RawQuery(query): RawQuery) -> Result<Response> {
    let query = query.unwrap_or_default();
    let look = pages::Look::of_query(&query);
    let (params, redirect) = match known_redirect(&query) {
        Ok(found) => found,
        Err(error) => return Ok(pages::bad_link(look, error.words)),
    };
    let asked = match asked(&state, &params, redirect.clone()) {
        Ok(asked) => asked,
        Err(error) => {
            let uri = error_uri(&state, &redirect, params.get("state"), &error);
            return Ok(Redirect::to(&uri).into_response());
        }
    };
    let cookie = request::begin(&state, &asked).await?;
    let mut response = Redirect::to(&look.path("/signin", &asked.id)).into_response();
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn known_redirect(query: &str) -> Result<(Params, String), OAuthError> {
    let params = Params::parse(query)?;
    let id = params.need("client_id", "client_id is missing")?;
    let client = clients::find(id).ok_or_else(|| OAuthError::new("invalid_request", "client_id is not known"))?;
    let redirect = params.need("redirect_uri", "redirect_uri is missing")?.to_owned();
    if !client.allows(&redirect) {
        return Err(OAuthError::new("invalid_request", "redirect_uri is not registered for this client"));
    }
    Ok((params, redirect))
}

fn asked(state: &AppState, params: &Params, redirect_uri: String) -> Result<AuthRequest, OAuthError> {
    let bad = |words| OAuthError::new("invalid_request", words);
    for name in ["request", "request_uri", "registration"] {
        if params.get(name).is_some() {
            return Err(OAuthError::new("request_not_supported", "request objects are not supported"));
        }
    }
    match params.get("response_type") {
        Some("code") => {}
        Some(_) => return Err(OAuthError::new("unsupported_response_type", "response_type must be code")),
        None => return Err(bad("response_type is missing")),
    }
    if params.get("response_mode").is_some_and(|mode| mode != "query") {
        return Err(bad("response_mode must be query"));
    }
    if params.get("prompt").is_some_and(|prompt| prompt.split(' ').any(|word| word == "none")) {
        // There is no session at the provider: on shared computers the next person must not find one.
        return Err(OAuthError::new("login_required", "this provider always asks people to sign in"));
    }
    let optional = |name: &str| params.get(name).map(str::to_owned);
    if [params.get("state"), params.get("nonce")].into_iter().flatten().any(|value| value.len() > LONGEST) {
        return Err(bad("state or nonce is too long"));
    }
    Ok(AuthRequest {
        id: hex::encode(random_bytes::<16>(&*state.random)),
        client_id: params.need("client_id", "client_id is missing")?.to_owned(),
        redirect_uri,
        scope: scope(params)?,
        state: optional("state"),
        nonce: optional("nonce"),
        code_challenge: challenge(params)?,
        phone: None,
    })
}

/// The words of the scope we know; `openid` must be among them.
fn scope(params: &Params) -> Result<String, OAuthError> {
    let asked: Vec<&str> = params.get("scope").unwrap_or("").split(' ').collect();
    if !asked.contains(&"openid") {
        return Err(OAuthError::new("invalid_scope", "scope must contain openid"));
    }
    Ok(SCOPES.into_iter().filter(|word| asked.contains(word)).collect::<Vec<_>>().join(" "))
}

/// PKCE with S256: 43 characters, the base64url of 32 bytes.
fn challenge(params: &Params) -> Result<String, OAuthError> {
    let bad = |words| OAuthError::new("invalid_request", words);
    let challenge = params.need("code_challenge", "code_challenge is missing")?;
    if params.get("code_challenge_method") != Some("S256") {
        return Err(bad("code_challenge_method must be S256"));
    }
    let plain = challenge.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if challenge.len() == 43 && plain {
        Ok(challenge.to_owned())
    } else {
        Err(bad("code_challenge is not the base64url of a SHA-256"))
    }
}

/// Where the browser goes with a code.
pub fn answer_uri(state: &AppState, request: &AuthRequest, code: &str) -> String {
    with_params(
        &request.redirect_uri,
        &[("code", Some(code)), ("state", request.state.as_deref()), ("iss", Some(&state.config.public_url))],
    )
}

fn error_uri(state: &AppState, redirect: &str, given: Option<&str>, error: &OAuthError) -> String {
    let given = given.filter(|value| value.len() <= LONGEST);
    let fields = [
        ("error", Some(error.code)),
        ("error_description", Some(error.words)),
        ("state", given),
        ("iss", Some(&*state.config.public_url)),
    ];
    with_params(redirect, &fields)
}

fn with_params(uri: &str, params: &[(&str, Option<&str>)]) -> String {
    let mut out = format!("{uri}?");
    for (name, value) in params.iter().filter_map(|(name, value)| value.map(|value| (name, value))) {
        if !out.ends_with('?') {
            out.push('&');
        }
        out.push_str(name);
        out.push('=');
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                out.push(char::from(byte));
            } else {
                out.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    out
}
