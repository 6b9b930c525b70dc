//! `GET /health`.

use axum::{Json, extract::State};
use haoban_wire::http::Health;

use crate::{AppState, Result};

/// Whether the platform and its database answer.
#[utoipa::path(get, path = "/health", tag = "platform", responses((status = OK, body = Health)))]
pub(super) async fn health(State(state): State<AppState>) -> Result<Json<Health>> {
    state.store.ping().await?;
    Ok(Json(Health {
        status: "ok".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        database: state.store.dialect().name().to_owned(),
    }))
}
