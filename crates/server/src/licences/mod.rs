//! Licences of a party and their presentation.

mod handlers;
mod present;
mod rows;

use utoipa_axum::router::OpenApiRouter;

pub use present::sweep;
pub(crate) use rows::{find, held, issue};
pub use rows::{insert, of_party};

use crate::AppState;

/// Routes of this room.
pub fn routes() -> OpenApiRouter<AppState> {
    handlers::routes()
}
