//! Events and inbox: rows are the truth, the stream only wakes readers.

use utoipa_axum::router::OpenApiRouter;

use crate::AppState;

/// Wakes the streams of parties after a commit.
#[derive(Debug, Default)]
pub struct Hub {}

/// Routes of this room.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
}
