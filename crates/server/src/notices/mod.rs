//! Events and inbox: rows are the truth, the stream only wakes readers.

mod hub;
mod rows;
mod stream;
mod words;

use utoipa_axum::router::OpenApiRouter;

pub use hub::Hub;
pub use rows::{append, append_latest, page};
pub use words::{Words, words};
pub(crate) use words::{day, plain, say};

use haoban_wire::http::Change;

use crate::{AppState, Result};

/// Tells every app that listens now of a new catalogue; the others ask for it when they come back.
///
/// # Errors
/// When the database fails.
pub async fn tell_of_catalogue(state: &AppState, version: &str) -> Result<()> {
    let parties = state.notices.listening();
    let change = Change::CatalogueChanged { version: version.to_owned() };
    let mut tx = state.store.write().await?;
    for party in &parties {
        append(&mut tx, *party, &change, state.clock.now()).await?;
    }
    tx.commit().await?;
    parties.into_iter().for_each(|party| state.notices.wake(party));
    Ok(())
}

/// Routes of this room.
pub fn routes() -> OpenApiRouter<AppState> {
    stream::routes()
}
