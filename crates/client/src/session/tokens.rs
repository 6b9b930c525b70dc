//! The token endpoint: code for tokens, refresh, revocation.

use haoban_domain::time::Timestamp;
use haoban_wire::{Problem, ProblemCode, http::APP_CLIENT_ID};
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::{attempt::Attempt, discovery::Provider, sign_in_failed};
use crate::http::{Link, problem_from_response};

/// A token of this many milliseconds before its end is refreshed beforehand.
const EARLY: i64 = 15_000;

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    token_type: String,
    expires_in: i64,
    #[serde(default)]
    refresh_token: Option<String>,
    #[serde(default)]
    id_token: Option<String>,
}

#[derive(Deserialize)]
struct OauthError {
    #[serde(default)]
    error: String,
    #[serde(default)]
    code: String,
}

/// Tokens as the endpoint gave them.
pub(crate) struct Granted {
    /// For calls.
    pub(crate) access: SecretString,
    /// When it ends, by this device's clock.
    pub(crate) access_until: Timestamp,
    /// For the next tokens; absent when the old one stays.
    pub(crate) refresh: Option<SecretString>,
    /// Who it is; only at sign-in.
    pub(crate) id_token: Option<SecretString>,
}

impl Granted {
    /// Whether a call that begins now can use it.
    pub(crate) fn usable(&self, now: Timestamp) -> bool {
        self.access_until.plus_millis(-EARLY) > now
    }
}

/// Why there are no new tokens.
#[derive(Debug)]
pub(crate) enum RefreshError {
    /// The platform does not take this refresh token any more.
    Refused,
    /// Something else; the session stays.
    Later(Problem),
}

impl From<Problem> for RefreshError {
    fn from(problem: Problem) -> Self {
        Self::Later(problem)
    }
}

/// Turns the code of the redirect into tokens.
pub(crate) async fn exchange(
    link: &Link,
    provider: &Provider,
    attempt: &Attempt,
    code: &SecretString,
    now: Timestamp,
) -> Result<Granted, Problem> {
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", APP_CLIENT_ID),
        ("code", code.expose_secret()),
        ("redirect_uri", attempt.redirect_uri.as_str()),
        ("code_verifier", attempt.verifier.expose_secret()),
    ];
    let response = link.send(link.request(Method::POST, &provider.token_path).form(&form)).await?;
    match response.status().as_u16() {
        200 => granted(link, response, now).await,
        400..500 => Err(sign_in_failed("code")),
        _ => Err(problem_from_response(response).await),
    }
}

/// Gets new tokens; the refresh token is used up by it.
pub(crate) async fn refresh(
    link: &Link,
    provider: &Provider,
    token: &SecretString,
    now: Timestamp,
) -> Result<Granted, RefreshError> {
    let form =
        [("grant_type", "refresh_token"), ("client_id", APP_CLIENT_ID), ("refresh_token", token.expose_secret())];
    let response = link.send(link.request(Method::POST, &provider.token_path).form(&form)).await?;
    match response.status().as_u16() {
        200 => Ok(granted(link, response, now).await?),
        400 | 401 => Err(refusal(link, response).await),
        _ => Err(RefreshError::Later(problem_from_response(response).await)),
    }
}

/// Tells the platform that a refresh token must not work any more.
pub(crate) async fn revoke(link: &Link, provider: &Provider, token: &SecretString) -> Result<(), Problem> {
    let Some(path) = &provider.revocation_path else { return Ok(()) };
    let form = [("token", token.expose_secret()), ("token_type_hint", "refresh_token"), ("client_id", APP_CLIENT_ID)];
    let response = link.send(link.request(Method::POST, path).form(&form)).await?;
    // RFC 7009: an unknown token is a success too. Only a failing platform is worth another try.
    if response.status().is_server_error() { Err(problem_from_response(response).await) } else { Ok(()) }
}

async fn granted(link: &Link, response: reqwest::Response, now: Timestamp) -> Result<Granted, Problem> {
    let bytes = response.bytes().await.map_err(|error| link.lost(&error))?;
    let answer: Answer = serde_json::from_slice(&bytes).map_err(|_| sign_in_failed("tokens"))?;
    if !answer.token_type.eq_ignore_ascii_case("bearer") {
        return Err(sign_in_failed("tokens"));
    }
    Ok(Granted {
        access: answer.access_token.into(),
        access_until: now.plus_millis(answer.expires_in.clamp(0, 86_400) * 1000),
        refresh: answer.refresh_token.map(Into::into),
        id_token: answer.id_token.map(Into::into),
    })
}

/// Only a clear word of the platform ends a session; anything unclear keeps it.
async fn refusal(link: &Link, response: reqwest::Response) -> RefreshError {
    let bytes = match response.bytes().await {
        Ok(bytes) => bytes,
        Err(error) => return RefreshError::Later(link.lost(&error)),
    };
    let refused = serde_json::from_slice::<OauthError>(&bytes).is_ok_and(|said| {
        matches!(said.error.as_str(), "invalid_grant" | "invalid_client" | "unauthorized_client")
            || said.code == ProblemCode::SignedOut.as_str()
    });
    if refused { RefreshError::Refused } else { RefreshError::Later(ProblemCode::Unavailable.into()) }
}
