//! Puts the rooms together: what they share, and the routes of all of them.

use std::sync::Arc;

use axum::Router;
use utoipa_axum::router::OpenApiRouter;

use crate::{
    catalogue::Catalogue,
    config::Config,
    identity::Keyring,
    notices::Hub,
    ports::{Clock, Random},
    store::Store,
};

/// What every room shares. Cloning is cheap.
#[derive(Clone)]
pub struct AppState {
    /// The database.
    pub store: Store,
    /// Settings.
    pub config: Arc<Config>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// Keys that sign tokens and receipts.
    pub keys: Arc<Keyring>,
    /// The city pack in force.
    pub catalogue: Catalogue,
    /// Wakes event streams after a commit.
    pub notices: Arc<Hub>,
}

/// Routes of all rooms.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(crate::catalogue::routes())
        .merge(crate::intake::routes())
        .merge(crate::workflow::routes())
        .merge(crate::materials::routes())
        .merge(crate::licences::routes())
        .merge(crate::notices::routes())
        .merge(crate::desk::routes())
}

/// The whole service.
pub fn router(state: AppState) -> Router {
    let (router, _document) = routes().split_for_parts();
    router.with_state(state)
}
