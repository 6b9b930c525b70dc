//! `POST /oauth/revoke` (RFC 7009): ends the family of a token. Unknown tokens get the same answer.

use axum::{
    extract::{Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use sqlx::AssertSqlSafe;

use super::{
    claims,
    family::{self, COLUMNS, Family},
    refresh, token,
};
use crate::{AppState, Result};

/// Ends a sign-in.
#[utoipa::path(
    post, path = "/oauth/revoke", tag = "oauth",
    request_body(content = Object, content_type = "application/x-www-form-urlencoded", description = "`token`, `client_id`"),
    responses((status = OK, description = "Whether or not the token was known"), (status = BAD_REQUEST))
)]
pub(super) async fn revoke(State(state): State<AppState>, request: Request) -> Response {
    let params = match token::form(request).await {
        Ok(params) => params,
        Err(error) => return error.into_response(),
    };
    let named = token::known_client(&params).and_then(|client| Ok((client, params.need("token", "token is missing")?)));
    let (client, token) = match named {
        Ok(named) => named,
        Err(error) => return error.into_response(),
    };
    match end(&state, client.id, token).await {
        Ok(()) => (StatusCode::OK, [(header::CACHE_CONTROL, "no-store")]).into_response(),
        Err(error) => error.into_response(),
    }
}

async fn end(state: &AppState, client: &str, token: &str) -> Result<()> {
    let id = match refresh::read(state, token) {
        Some((family, _)) => family,
        None => match claims::verify_access(state, token).await {
            Ok(verified) => verified.family,
            Err(_) => return Ok(()),
        },
    };
    let mut tx = state.store.write().await?;
    let sql = format!(
        "SELECT {COLUMNS} FROM token_family f JOIN account a ON a.id = f.account_id
         WHERE f.id = $1 AND f.client_id = $2 AND f.revoked_at IS NULL"
    );
    let row = sqlx::query(AssertSqlSafe(sql)).bind(id).bind(client.to_owned()).fetch_optional(&mut *tx).await?;
    if let Some(row) = row {
        family::revoke(&mut tx, &Family::of_row(&row)?, "signed_out", state.clock.now()).await?;
        tx.commit().await?;
    }
    Ok(())
}
