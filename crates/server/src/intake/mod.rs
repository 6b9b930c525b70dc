//! Takes cases in: validates again, makes case, tasks, receipt in one transaction.

use utoipa_axum::router::OpenApiRouter;

use crate::AppState;

/// Routes of this room.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
}
