//! Drafts that follow their resident: sealed by the devices, kept and handed on here.
//!
//! The platform sees how many there are, about how large they are and when they change; never what is in them.

mod handlers;
mod keep;
mod rows;

use utoipa_axum::router::OpenApiRouter;

use crate::AppState;

/// Routes of this room.
pub fn routes() -> OpenApiRouter<AppState> {
    handlers::routes()
}
