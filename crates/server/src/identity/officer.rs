//! The signed-in officer of a `/v1/desk` request, and the session behind it.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, Method, request::Parts},
};
use axum_extra::extract::CookieJar;
use haoban_domain::time::Timestamp;
use haoban_wire::ProblemCode;
use sha2::{Digest, Sha256};
use sqlx::Row;
use subtle::ConstantTimeEq;

use crate::{AppState, Error, Result, ports::random_bytes, store::Write};

/// Longest session.
const LIFE_MS: i64 = 12 * 3_600_000;
/// A desk left alone this long is closed.
const IDLE_MS: i64 = 15 * 60_000;
/// How often a session's last use is written down.
const TOUCH_MS: i64 = 60_000;
/// Header with the session's CSRF token.
const TOKEN_HEADER: &str = "x-desk-token";

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
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Error> {
        let token = cookie(state, &parts.headers).ok_or(ProblemCode::SignedOut)?;
        let officer = of_session(state, &token).await?.ok_or(ProblemCode::SignedOut)?;
        if parts.method != Method::GET && parts.method != Method::HEAD {
            let shown = parts.headers.get(TOKEN_HEADER).map_or(&[][..], |value| value.as_bytes());
            if !bool::from(shown.ct_eq(officer.csrf.as_bytes())) {
                return Err(ProblemCode::Forbidden.into());
            }
        }
        Ok(officer)
    }
}

/// Name of the session cookie; with `__Host-` where browsers accept it.
pub(super) fn cookie_name(state: &AppState) -> &'static str {
    if state.config.is_https() { "__Host-haoban-desk" } else { "haoban-desk" }
}

/// The session token a browser shows.
pub(super) fn cookie(state: &AppState, headers: &HeaderMap) -> Option<String> {
    CookieJar::from_headers(headers).get(cookie_name(state)).map(|cookie| cookie.value().to_owned())
}

fn digest(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// Begins a session; gives its token and the officer.
pub(super) async fn begin(tx: &mut Write, state: &AppState, id: &str) -> Result<(String, Officer)> {
    let now = state.clock.now();
    let token = hex::encode(random_bytes::<32>(&*state.random));
    let csrf = hex::encode(random_bytes::<16>(&*state.random));
    sqlx::query("DELETE FROM desk_session WHERE expires_at < $1").bind(now.millis()).execute(&mut **tx).await?;
    sqlx::query(
        "INSERT INTO desk_session (token_hash, officer_id, csrf, created_at, seen_at, expires_at) VALUES ($1, $2, $3, $4, $4, $5)",
    )
    .bind(digest(&token))
    .bind(id.to_owned())
    .bind(csrf.clone())
    .bind(now.millis())
    .bind(now.plus_millis(LIFE_MS).millis())
    .execute(&mut **tx)
    .await?;
    let row = sqlx::query("SELECT name, department FROM officer WHERE id = $1")
        .bind(id.to_owned())
        .fetch_one(&mut **tx)
        .await?;
    let officer =
        Officer { id: id.to_owned(), name: row.try_get("name")?, department: row.try_get("department")?, csrf };
    Ok((token, officer))
}

/// Ends a session.
pub(super) async fn end(state: &AppState, token: &str) -> Result<()> {
    let mut tx = state.store.write().await?;
    sqlx::query("DELETE FROM desk_session WHERE token_hash = $1").bind(digest(token)).execute(&mut *tx).await?;
    tx.commit().await
}

async fn of_session(state: &AppState, token: &str) -> Result<Option<Officer>> {
    let now = state.clock.now();
    let row = sqlx::query(
        "SELECT o.id, o.name, o.department, s.csrf, s.seen_at FROM desk_session s JOIN officer o ON o.id = s.officer_id
         WHERE s.token_hash = $1 AND s.expires_at > $2 AND s.seen_at > $3 AND o.disabled = 0",
    )
    .bind(digest(token))
    .bind(now.millis())
    .bind(now.millis() - IDLE_MS)
    .fetch_optional(state.store.reader())
    .await?;
    let Some(row) = row else { return Ok(None) };
    if row.try_get::<i64, _>("seen_at")? < now.millis() - TOUCH_MS {
        touch(state, token, now).await?;
    }
    Ok(Some(Officer {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        department: row.try_get("department")?,
        csrf: row.try_get("csrf")?,
    }))
}

async fn touch(state: &AppState, token: &str, now: Timestamp) -> Result<()> {
    let mut tx = state.store.write().await?;
    sqlx::query("UPDATE desk_session SET seen_at = $2 WHERE token_hash = $1")
        .bind(digest(token))
        .bind(now.millis())
        .execute(&mut *tx)
        .await?;
    tx.commit().await
}
