//! Is this ID token really the platform's, for this app, for this very try, and still good?

use haoban_domain::{ids::PartyId, time::Timestamp};
use haoban_wire::{Problem, http::APP_CLIENT_ID};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use secrecy::SecretString;
use serde::Deserialize;

use super::{attempt::same, sign_in_failed};

/// Seconds by which the two clocks may differ.
const LEEWAY: i64 = 10;
/// Seconds a token may lie in the future before it is not believed at all.
const FUTURE: i64 = 60;

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: i64,
    iat: i64,
    #[serde(default)]
    azp: Option<String>,
    #[serde(default)]
    nonce: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// What is wanted of a token.
pub(crate) struct Wanted<'a> {
    /// Who must have issued it.
    pub(crate) issuer: &'a str,
    /// The nonce of this try.
    pub(crate) nonce: &'a SecretString,
    /// Now.
    pub(crate) now: Timestamp,
}

/// Verifies the token and answers whose it is. The problem's `what` names the check that failed.
pub(crate) fn verify(token: &str, keys: &JwkSet, wanted: &Wanted<'_>) -> Result<PartyId, Problem> {
    let claims = signed_claims(token, keys)?;
    if claims.iss != wanted.issuer {
        return Err(sign_in_failed("iss"));
    }
    check_audience(&claims)?;
    let now = wanted.now.seconds();
    // `what: clock` lets the screen say that this device's clock may be wrong: the usual reason.
    if claims.exp.saturating_add(LEEWAY) < now || claims.iat > now.saturating_add(FUTURE) {
        return Err(sign_in_failed("clock"));
    }
    match &claims.nonce {
        Some(nonce) if same(nonce, wanted.nonce) => {}
        _ => return Err(sign_in_failed("nonce")),
    }
    claims.sub.parse().map_err(|_| sign_in_failed("sub"))
}

/// Only ES256 with a key the platform lists under the token's `kid`; the token does not choose the method.
fn signed_claims(token: &str, keys: &JwkSet) -> Result<Claims, Problem> {
    let header = decode_header(token).map_err(|_| sign_in_failed("alg"))?;
    if header.alg != Algorithm::ES256 {
        return Err(sign_in_failed("alg"));
    }
    let kid = header.kid.ok_or_else(|| sign_in_failed("kid"))?;
    let jwk = keys.find(&kid).ok_or_else(|| sign_in_failed("kid"))?;
    let key = DecodingKey::from_jwk(jwk).map_err(|_| sign_in_failed("kid"))?;
    let mut validation = Validation::new(Algorithm::ES256);
    // Times, issuer and audience are judged above, with the clock of this core.
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    decode::<Claims>(token, &key, &validation).map(|data| data.claims).map_err(|_| sign_in_failed("signature"))
}

fn check_audience(claims: &Claims) -> Result<(), Problem> {
    let fits = match &claims.aud {
        Audience::One(one) => one == APP_CLIENT_ID,
        Audience::Many(many) if many.len() == 1 => many[0] == APP_CLIENT_ID,
        Audience::Many(many) => many.iter().any(|a| a == APP_CLIENT_ID) && claims.azp.is_some(),
    };
    let azp_fits = claims.azp.as_deref().is_none_or(|azp| azp == APP_CLIENT_ID);
    if fits && azp_fits { Ok(()) } else { Err(sign_in_failed("aud")) }
}
