//! What was done (hash-chained `audit`) and who looked at whose data (`access_log`).
//!
//! Both are written in the transaction of the act itself: no act without its row, no data before its row.

mod access;
mod chain;

pub use access::{Access, record_access};
pub use chain::{Act, Broken, record, verify};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::AppState;

/// Routes of this room.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(access::access_log))
}
