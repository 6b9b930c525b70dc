//! `POST /oauth/token`: a code or a refresh token becomes tokens.

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Row};
use subtle::ConstantTimeEq;
use utoipa::ToSchema;

use super::{
    claims, clients,
    family::{self, COLUMNS, Family},
    params::{OAuthError, Params},
    refresh,
};
use crate::{AppState, Error, Result, identity::accounts, store::Write};

/// Largest body of this endpoint.
const BODY_LIMIT: usize = 16 * 1024;

/// Tokens (RFC 6749 §5.1).
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Tokens {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
}

/// Either an error of the protocol or one of ours.
pub(super) enum Refused {
    OAuth(OAuthError),
    Ours(Error),
}

impl<E: Into<Error>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Ours(error.into())
    }
}

impl From<OAuthError> for Refused {
    fn from(error: OAuthError) -> Self {
        Self::OAuth(error)
    }
}

/// Turns a code or a refresh token into tokens.
#[utoipa::path(
    post, path = "/oauth/token", tag = "oauth",
    request_body(content = Object, content_type = "application/x-www-form-urlencoded",
        description = "`grant_type=authorization_code` with `code`, `redirect_uri`, `client_id`, `code_verifier`; \
                       or `grant_type=refresh_token` with `refresh_token`, `client_id`"),
    responses((status = OK, body = Tokens), (status = BAD_REQUEST, description = "RFC 6749 §5.2"))
)]
pub(super) async fn token(State(state): State<AppState>, request: Request) -> Response {
    let outcome = match form(request).await {
        Ok(params) => exchange(&state, &params).await,
        Err(error) => Err(error.into()),
    };
    match outcome {
        Ok(tokens) => {
            ([(header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")], Json(tokens)).into_response()
        }
        Err(Refused::OAuth(error)) => error.into_response(),
        Err(Refused::Ours(error)) => error.into_response(),
    }
}

async fn exchange(state: &AppState, params: &Params) -> Result<Tokens, Refused> {
    let client = known_client(params)?;
    match params.need("grant_type", "grant_type is missing")? {
        "authorization_code" => by_code(state, client, params).await,
        "refresh_token" => {
            let token = params.need("refresh_token", "refresh_token is missing")?;
            let (family, next) = refresh::rotate(state, client, token).await?;
            Ok(Tokens { refresh_token: Some(next), ..tokens(state, &family)? })
        }
        _ => {
            Err(OAuthError::new("unsupported_grant_type", "grant_type must be authorization_code or refresh_token")
                .into())
        }
    }
}

/// Reads a form body; anything else, and any attempt at a client secret, is refused.
pub(super) async fn form(request: Request) -> Result<Params, OAuthError> {
    let bad = |words| OAuthError::new("invalid_request", words);
    if !is_form(request.headers()) {
        return Err(bad("the body must be application/x-www-form-urlencoded"));
    }
    if request.headers().contains_key(header::AUTHORIZATION) {
        return Err(OAuthError::new("invalid_client", "this client is public and sends no credentials"));
    }
    let bytes =
        axum::body::to_bytes(request.into_body(), BODY_LIMIT).await.map_err(|_| bad("the body is too large"))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| bad("the body is not text"))?;
    let params = Params::parse(text)?;
    if params.get("client_secret").is_some() || params.get("client_assertion").is_some() {
        return Err(OAuthError::new("invalid_client", "this client is public and sends no credentials"));
    }
    Ok(params)
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}

/// The client a request names.
pub(super) fn known_client(params: &Params) -> Result<&'static clients::Client, OAuthError> {
    let id = params.need("client_id", "client_id is missing")?;
    clients::find(id).ok_or_else(|| OAuthError::new("invalid_client", "client_id is not known"))
}

fn refused(words: &'static str) -> Refused {
    OAuthError::new("invalid_grant", words).into()
}

async fn by_code(state: &AppState, client: &clients::Client, params: &Params) -> Result<Tokens, Refused> {
    let code = params.need("code", "code is missing")?;
    let redirect = params.need("redirect_uri", "redirect_uri is missing")?;
    let verifier = params.need("code_verifier", "code_verifier is missing")?;
    let now = state.clock.now();
    let mut tx = state.store.write().await?;
    let sql = format!(
        "SELECT {COLUMNS}, c.redirect_uri, c.code_challenge, c.expires_at, c.used_at FROM auth_code c
         JOIN token_family f ON f.id = c.family_id JOIN account a ON a.id = f.account_id WHERE c.code_hash = $1{}",
        if tx.dialect().for_update().is_empty() { "" } else { " FOR UPDATE OF c" }
    );
    let row = sqlx::query(AssertSqlSafe(sql)).bind(family::digest(code)).fetch_optional(&mut *tx).await?;
    let Some(row) = row else { return Err(refused("the code is not known")) };
    let family = Family::of_row(&row)?;
    if row.try_get::<Option<i64>, _>("used_at")?.is_some() {
        // Somebody else holds the code too: nothing that grew from it may live.
        family::revoke(&mut tx, &family, "code_reused", now).await?;
        tx.commit().await?;
        return Err(refused("the code was used before"));
    }
    // Used up by any try, so that a stolen code cannot be guessed with.
    sqlx::query("UPDATE auth_code SET used_at = $2 WHERE code_hash = $1")
        .bind(family::digest(code))
        .bind(now.millis())
        .execute(&mut *tx)
        .await?;
    let fits = row.try_get::<i64, _>("expires_at")? > now.millis()
        && family.live
        && family.client_id == client.id
        && row.try_get::<String, _>("redirect_uri")? == redirect
        && pkce_fits(&row.try_get::<String, _>("code_challenge")?, verifier);
    if !fits {
        tx.commit().await?;
        return Err(refused("the code is over, or belongs to another client, redirect_uri or code_verifier"));
    }
    Ok(first_tokens(state, tx, &family).await?)
}

async fn first_tokens(state: &AppState, mut tx: Write, family: &Family) -> Result<Tokens> {
    let refresh_token = match family.has_scope("offline_access") {
        true => Some(refresh::first(&mut tx, state, family).await?),
        false => None,
    };
    let applicant = accounts::applicant(&mut *tx, family.party_id).await?;
    tx.commit().await?;
    let plain = tokens(state, family)?;
    let name = family.has_scope("profile").then_some(applicant.name.as_str());
    let id_token = Some(claims::id_token(state, family, &plain.access_token, name)?);
    Ok(Tokens { refresh_token, id_token, ..plain })
}

fn tokens(state: &AppState, family: &Family) -> Result<Tokens> {
    Ok(Tokens {
        access_token: claims::access_token(state, family)?,
        token_type: "Bearer",
        expires_in: claims::ACCESS_SECONDS,
        scope: family.scope.clone(),
        refresh_token: None,
        id_token: None,
    })
}

/// RFC 7636: 43 to 128 unreserved characters whose SHA-256 is the challenge.
fn pkce_fits(challenge: &str, verifier: &str) -> bool {
    let plain = verifier.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
    let computed = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    (43..=128).contains(&verifier.len()) && plain && bool::from(computed.as_bytes().ct_eq(challenge.as_bytes()))
}
