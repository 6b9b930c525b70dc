//! A sign-in that an app has begun, bound to the browser that carries it.

use axum::http::{HeaderMap, HeaderValue};
use axum_extra::extract::CookieJar;
use haoban_domain::time::Timestamp;
use sqlx::Row;
use subtle::ConstantTimeEq;

use crate::{AppState, Error, Result, ports::random_bytes, store::Write};

/// Time to sign in.
const LIFE_MS: i64 = 15 * 60_000;

/// What the app asked for.
#[derive(Debug, Clone)]
pub struct AuthRequest {
    /// Id, in addresses of the sign-in pages.
    pub id: String,
    /// Client.
    pub client_id: String,
    /// Where the answer goes.
    pub redirect_uri: String,
    /// Scope.
    pub scope: String,
    /// Repeated in the answer.
    pub state: Option<String>,
    /// Repeated in the ID token.
    pub nonce: Option<String>,
    /// PKCE.
    pub code_challenge: String,
    /// Phone a code was sent to.
    pub phone: Option<String>,
}

/// Name of the cookie; with `__Host-` where browsers accept it.
fn cookie_name(state: &AppState) -> &'static str {
    if state.config.is_https() { "__Host-haoban-signin" } else { "haoban-signin" }
}

/// Keeps a request; gives the cookie that binds it to this browser.
pub async fn begin(state: &AppState, request: &AuthRequest) -> Result<HeaderValue> {
    let now = state.clock.now();
    let browser = hex::encode(random_bytes::<32>(&*state.random));
    let mut tx = state.store.write().await?;
    sqlx::query("DELETE FROM auth_request WHERE expires_at < $1").bind(now.millis()).execute(&mut *tx).await?;
    sqlx::query(
        "INSERT INTO auth_request (id, browser_mac, client_id, redirect_uri, scope, state, nonce, code_challenge, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(request.id.clone())
    .bind(state.secret.mark("browser", browser.as_bytes()).to_vec())
    .bind(request.client_id.clone())
    .bind(request.redirect_uri.clone())
    .bind(request.scope.clone())
    .bind(request.state.clone())
    .bind(request.nonce.clone())
    .bind(request.code_challenge.clone())
    .bind(now.plus_millis(LIFE_MS).millis())
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    let secure = if state.config.is_https() { "; Secure" } else { "" };
    // Lax, not Strict: the browser comes here from the app, and the cookie must survive that first hop.
    let cookie = format!("{}={browser}; Path=/; HttpOnly; SameSite=Lax; Max-Age=900{secure}", cookie_name(state));
    HeaderValue::from_str(&cookie).map_err(|_| Error::internal("a cookie could not be written"))
}

/// The browser's half of the binding.
#[must_use]
pub fn browser_cookie(state: &AppState, headers: &HeaderMap) -> Option<String> {
    CookieJar::from_headers(headers).get(cookie_name(state)).map(|cookie| cookie.value().to_owned())
}

/// The open request of that id, if it was begun in this browser.
pub async fn find(state: &AppState, id: &str, browser: &str) -> Result<Option<AuthRequest>> {
    let row = sqlx::query("SELECT * FROM auth_request WHERE id = $1 AND expires_at > $2 AND done_at IS NULL")
        .bind(id.to_owned())
        .bind(state.clock.now().millis())
        .fetch_optional(state.store.reader())
        .await?;
    let Some(row) = row else { return Ok(None) };
    let mac: Vec<u8> = row.try_get("browser_mac")?;
    if !bool::from(mac.ct_eq(&state.secret.mark("browser", browser.as_bytes()))) {
        return Ok(None);
    }
    Ok(Some(AuthRequest {
        id: row.try_get("id")?,
        client_id: row.try_get("client_id")?,
        redirect_uri: row.try_get("redirect_uri")?,
        scope: row.try_get("scope")?,
        state: row.try_get("state")?,
        nonce: row.try_get("nonce")?,
        code_challenge: row.try_get("code_challenge")?,
        phone: row.try_get("phone")?,
    }))
}

/// Marks a request as answered; false when another tab was faster.
pub async fn finish(tx: &mut Write, id: &str, now: Timestamp) -> Result<bool> {
    let done = sqlx::query("UPDATE auth_request SET done_at = $2 WHERE id = $1 AND done_at IS NULL")
        .bind(id.to_owned())
        .bind(now.millis())
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Keeps the phone a code goes to, so that it need not stand in an address.
pub async fn remember_phone(state: &AppState, id: &str, phone: Option<&str>) -> Result<()> {
    let mut tx = state.store.write().await?;
    sqlx::query("UPDATE auth_request SET phone = $2 WHERE id = $1")
        .bind(id.to_owned())
        .bind(phone.map(str::to_owned))
        .execute(&mut *tx)
        .await?;
    tx.commit().await
}

/// What forms of this request repeat, so that no other page can post them.
#[must_use]
pub fn form_token(state: &AppState, id: &str, browser: &str) -> String {
    hex::encode(&state.secret.mark("form", format!("{id} {browser}").as_bytes())[..16])
}
