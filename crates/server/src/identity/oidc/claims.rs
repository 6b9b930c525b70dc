//! What tokens say, how they are signed and checked. Time is always the platform's clock, never the library's.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use haoban_domain::{ids::PartyId, time::Timestamp};
use haoban_wire::ProblemCode;
use jsonwebtoken::{Algorithm, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::family::Family;
use crate::{AppState, Error, Result, identity::TokenKey, ports::random_bytes};

/// Life of an access token.
pub const ACCESS_SECONDS: i64 = 300;
/// Life of an ID token: it is read once, at once.
const ID_SECONDS: i64 = 120;
/// For whom access tokens are.
const AUDIENCE: &str = "haoban-api";
const ACCESS_TYPE: &str = "at+jwt";

/// Claims of an access token (RFC 9068).
#[derive(Debug, Serialize, Deserialize)]
struct AccessClaims {
    iss: String,
    sub: String,
    aud: String,
    exp: i64,
    iat: i64,
    jti: String,
    client_id: String,
    scope: String,
    /// Token family: when it is revoked, its access tokens end at once.
    sid: String,
}

#[derive(Debug, Serialize)]
struct IdClaims<'a> {
    iss: &'a str,
    sub: String,
    aud: &'a str,
    exp: i64,
    iat: i64,
    auth_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    amr: [&'a str; 1],
    at_hash: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
}

/// Signs an access token for a family.
pub fn access_token(state: &AppState, family: &Family) -> Result<String> {
    let now = state.clock.now();
    let claims = AccessClaims {
        iss: state.config.public_url.clone(),
        sub: family.party_id.to_string(),
        aud: AUDIENCE.to_owned(),
        exp: now.seconds() + ACCESS_SECONDS,
        iat: now.seconds(),
        jti: hex::encode(random_bytes::<16>(&*state.random)),
        client_id: family.client_id.clone(),
        scope: family.scope.clone(),
        sid: family.id.clone(),
    };
    sign(state, ACCESS_TYPE, &claims)
}

/// Signs the ID token that goes with an access token.
pub fn id_token(state: &AppState, family: &Family, access: &str, name: Option<&str>) -> Result<String> {
    let now = state.clock.now();
    let digest = Sha256::digest(access.as_bytes());
    let claims = IdClaims {
        iss: &state.config.public_url,
        sub: family.party_id.to_string(),
        aud: &family.client_id,
        exp: now.seconds() + ID_SECONDS,
        iat: now.seconds(),
        auth_time: family.auth_time.seconds(),
        nonce: family.nonce.as_deref(),
        amr: [&family.method],
        at_hash: URL_SAFE_NO_PAD.encode(&digest[..16]),
        name,
    };
    sign(state, "JWT", &claims)
}

fn sign(state: &AppState, token_type: &str, claims: &impl Serialize) -> Result<String> {
    let key = state.keys.token_key()?;
    let mut header = Header::new(Algorithm::ES256);
    header.typ = Some(token_type.to_owned());
    header.kid = Some(key.id.clone());
    jsonwebtoken::encode(&header, claims, &key.signer)
        .map_err(|error| Error::internal(format!("token signing: {error}")))
}

/// A bearer token that is ours, for this API and not over.
#[derive(Debug, Clone)]
pub struct Verified {
    /// Party.
    pub party_id: PartyId,
    /// Family.
    pub family: String,
    /// End of the token.
    pub expires_at: Timestamp,
}

/// Checks an access token; every failure is the same `signed_out`.
pub async fn verify_access(state: &AppState, token: &str) -> Result<Verified> {
    let header = jsonwebtoken::decode_header(token).map_err(|_| ProblemCode::SignedOut)?;
    if header.alg != Algorithm::ES256 || header.typ.as_deref() != Some(ACCESS_TYPE) {
        return Err(ProblemCode::SignedOut.into());
    }
    let id = header.kid.ok_or(ProblemCode::SignedOut)?;
    let key = state.keys.token_key_or_reload(&id, state).await?.ok_or(ProblemCode::SignedOut)?;
    inspect(state, token, &key).ok_or_else(|| ProblemCode::SignedOut.into())
}

fn inspect(state: &AppState, token: &str, key: &TokenKey) -> Option<Verified> {
    let mut rules = Validation::new(Algorithm::ES256);
    rules.set_issuer(&[&state.config.public_url]);
    rules.set_audience(&[AUDIENCE]);
    rules.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
    // The library would ask the machine's clock; ours is asked below.
    rules.validate_exp = false;
    let claims = jsonwebtoken::decode::<AccessClaims>(token, &key.verifier, &rules).ok()?.claims;
    let now = state.clock.now().seconds();
    if claims.exp <= now || claims.iat > now + 60 {
        return None;
    }
    Some(Verified {
        party_id: claims.sub.parse().ok()?,
        family: claims.sid,
        expires_at: Timestamp::from_millis(claims.exp.saturating_mul(1_000)),
    })
}
