//! The city pack: loaded, checked, served.

pub mod check;
mod finding;
pub mod fixture;
mod handlers;
mod inherit;
mod load;
mod loaded;
mod papers;
mod published;
pub mod sample;
pub mod schema;
mod source;
pub mod watch;

use std::{path::Path, sync::Arc};

use parking_lot::RwLock;
use utoipa_axum::router::OpenApiRouter;

pub use check::check;
pub use finding::{Finding, LoadError};
pub use handlers::not_modified;
pub use load::{assemble, version};
pub use loaded::LoadedPack;
pub use source::PackSource;

use crate::AppState;

/// The pack in force. Cloning shares it.
#[derive(Debug, Clone)]
pub struct Catalogue(Arc<RwLock<Arc<LoadedPack>>>);

impl Catalogue {
    /// Starts with a pack.
    #[must_use]
    pub fn new(pack: LoadedPack) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(pack))))
    }

    /// The pack in force now.
    #[must_use]
    pub fn current(&self) -> Arc<LoadedPack> {
        Arc::clone(&self.0.read())
    }

    /// Puts another pack in force.
    pub fn replace(&self, pack: LoadedPack) {
        *self.0.write() = Arc::new(pack);
    }
}

/// Loads and compiles the pack in a folder. Guides are not judged here: see [`check`].
///
/// # Errors
/// When it cannot be read, or what must be mended before it can be used.
pub fn load(folder: &Path) -> Result<LoadedPack, LoadError> {
    LoadedPack::from_source(&PackSource::read(folder)?)
}

/// Routes of this room.
pub fn routes() -> OpenApiRouter<AppState> {
    handlers::routes().merge(papers::routes())
}
