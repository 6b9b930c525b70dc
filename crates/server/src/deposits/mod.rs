//! Halves of device keys, for devices whose keychain lost theirs.
//!
//! A device wraps its root key under a random deposit key, keeps the wrapped root key and leaves the deposit key here.
//! Neither side alone opens anything. It is given back only to the party that left it, right after a sign-in.

mod handlers;
mod rows;
mod settle;

use utoipa_axum::router::OpenApiRouter;

use crate::AppState;

/// Routes of this room.
pub fn routes() -> OpenApiRouter<AppState> {
    handlers::routes()
}
