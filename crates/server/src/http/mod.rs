//! The outside of the platform: request ids, headers, limits, health and the API's own description.

mod door;
mod extract;
mod health;
mod layers;
mod openapi;
#[cfg(test)]
mod reference;
mod request_id;

pub use extract::{JsonBody, PathOf, QueryOf};
pub use layers::wrap;
pub use openapi::document;
pub use request_id::current_request_id;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::AppState;

/// Routes of this room.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(health::health))
}
