//! What officers see and do. An officer sees the cases of the department's tasks and nothing else; a look
//! at personal data is written into the resident's own log before the data leaves.

mod act;
mod demand;
mod file;
mod guard;
mod handlers;
mod page;
mod picture;
mod queue;
mod review;
mod tasks;

use utoipa_axum::router::OpenApiRouter;

use crate::AppState;

/// Routes of this room.
pub fn routes() -> OpenApiRouter<AppState> {
    handlers::routes().merge(page::routes())
}
