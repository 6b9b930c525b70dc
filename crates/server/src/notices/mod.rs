//! Events and inbox: rows are the truth, the stream only wakes readers.

mod hub;
mod rows;
mod stream;
mod words;

use utoipa_axum::router::OpenApiRouter;

pub use hub::Hub;
pub use rows::{append, page};
pub use words::{Words, words};
pub(crate) use words::{day, plain, say};

use crate::AppState;

/// Routes of this room.
pub fn routes() -> OpenApiRouter<AppState> {
    stream::routes()
}
