//! Uploads (tus 1.0.0) and the files of cases.
//!
//! Bytes arrive in a staging file, are synced, and only then counted in the row of the upload. A whole
//! file is digested, looked into and moved to the object store before anything may refer to it.

mod finish;
mod handlers;
mod headers;
mod inspect;
mod lanes;
mod limits;
mod receive;
mod rows;
mod sweep;

use std::{path::Path, path::PathBuf, sync::Arc};

use object_store::{ObjectStore, local::LocalFileSystem};
use utoipa_axum::router::OpenApiRouter;

pub use limits::Allowance;
pub(crate) use rows::find_in_case;
pub use rows::{Upload, UploadState, attach, find_file};
pub use sweep::sweep;

use crate::AppState;

/// Where files lie, and who is writing one now.
#[derive(Debug)]
pub struct Uploads {
    staging: PathBuf,
    files: Arc<dyn ObjectStore>,
    lanes: lanes::Lanes,
    /// Reading a PDF takes memory: only so many at once.
    inspections: tokio::sync::Semaphore,
    allowance: Allowance,
}

impl Uploads {
    /// Files in folders under the data folder.
    pub fn open(data_dir: &Path) -> std::io::Result<Self> {
        let files = data_dir.join("files");
        std::fs::create_dir_all(&files)?;
        let store = LocalFileSystem::new_with_prefix(&files).map_err(std::io::Error::other)?.with_fsync(true);
        Self::with_store(&data_dir.join("staging"), Arc::new(store))
    }

    /// Whole files in any object store; parts of files in a local folder.
    pub fn with_store(staging: &Path, files: Arc<dyn ObjectStore>) -> std::io::Result<Self> {
        std::fs::create_dir_all(staging)?;
        Ok(Self {
            staging: staging.to_owned(),
            files,
            lanes: lanes::Lanes::default(),
            inspections: tokio::sync::Semaphore::new(2),
            allowance: Allowance::default(),
        })
    }

    /// The same with other limits per party.
    #[must_use]
    pub fn with_allowance(mut self, allowance: Allowance) -> Self {
        self.allowance = allowance;
        self
    }
}

/// Routes of this room.
pub fn routes() -> OpenApiRouter<AppState> {
    handlers::routes()
}
