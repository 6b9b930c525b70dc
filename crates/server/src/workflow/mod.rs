//! Runs an item's workflow over its cases.

use utoipa_axum::router::OpenApiRouter;

use crate::AppState;

/// Routes of this room.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
}
