//! What the platform says about its own sign-in, and what of it is believed.

use haoban_wire::{Problem, ProblemCode};
use reqwest::Method;
use serde::Deserialize;

use super::sign_in_failed;
use crate::http::{Link, problem_from_response};

#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    #[serde(default)]
    revocation_endpoint: Option<String>,
    jwks_uri: String,
    #[serde(default)]
    code_challenge_methods_supported: Vec<String>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// The platform's sign-in, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Provider {
    /// Where the browser goes; on the platform's own host.
    pub(crate) authorization_endpoint: String,
    /// Path of the token endpoint.
    pub(crate) token_path: String,
    /// Path of the revocation endpoint.
    pub(crate) revocation_path: Option<String>,
    /// Path of the keys.
    pub(crate) jwks_path: String,
    /// It promises to name itself in every redirect (RFC 9207).
    pub(crate) names_itself: bool,
}

/// Reads and checks `/.well-known/openid-configuration`.
pub(crate) async fn discover(link: &Link) -> Result<Provider, Problem> {
    let response = link.send(link.request(Method::GET, "/.well-known/openid-configuration")).await?;
    if !response.status().is_success() {
        return Err(problem_from_response(response).await);
    }
    let bytes = response.bytes().await.map_err(|error| link.lost(&error))?;
    let metadata: Metadata = serde_json::from_slice(&bytes).map_err(|_| sign_in_failed("metadata"))?;
    check(link, metadata)
}

/// The issuer must be the address we asked; every endpoint must lie on it: the app talks to one host only.
fn check(link: &Link, metadata: Metadata) -> Result<Provider, Problem> {
    if metadata.issuer != link.base() {
        return Err(sign_in_failed("issuer"));
    }
    if !metadata.code_challenge_methods_supported.iter().any(|method| method == "S256") {
        return Err(sign_in_failed("pkce"));
    }
    let path = |address: &str| link.own_path(address).map(str::to_owned).ok_or_else(|| sign_in_failed("endpoint"));
    Ok(Provider {
        authorization_endpoint: format!("{}{}", link.base(), path(&metadata.authorization_endpoint)?),
        token_path: path(&metadata.token_endpoint)?,
        revocation_path: metadata.revocation_endpoint.as_deref().map(path).transpose()?,
        jwks_path: path(&metadata.jwks_uri)?,
        names_itself: metadata.authorization_response_iss_parameter_supported,
    })
}

/// The keys that sign ID tokens, fetched anew for every sign-in: they may have been rotated.
pub(crate) async fn keys(link: &Link, provider: &Provider) -> Result<jsonwebtoken::jwk::JwkSet, Problem> {
    let response = link.send(link.request(Method::GET, &provider.jwks_path)).await?;
    if !response.status().is_success() {
        return Err(problem_from_response(response).await);
    }
    let bytes = response.bytes().await.map_err(|error| link.lost(&error))?;
    serde_json::from_slice(&bytes).map_err(|_| Problem::from(ProblemCode::SignInFailed).with("what", "keys"))
}
