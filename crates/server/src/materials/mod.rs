//! Uploads (tus 1.0.0) and the files of cases.
//!
//! Bytes arrive in a staging file, are synced, and only then counted in the row of the upload. A whole
//! file is digested, looked into and moved to the object store before anything may refer to it.

mod bucket;
mod finish;
mod handlers;
mod headers;
mod inspect;
mod lanes;
mod limits;
mod receive;
mod rows;
mod scan;
mod sweep;

use std::{path::Path, path::PathBuf, sync::Arc};

use object_store::{ObjectStore, local::LocalFileSystem};
use utoipa_axum::router::OpenApiRouter;

pub use bucket::{Bucket, BucketError};
pub(crate) use finish::{drop_file, name_of};
pub use limits::Allowance;
pub(crate) use rows::find_in_case;
pub use rows::{Upload, UploadState, attach, find_file};
pub use scan::{Clamd, NoScanner, Scanner, Verdict, scanner};
pub(crate) use scan::{holds_up, scan_again};
pub use sweep::sweep;

use crate::AppState;

/// Where files lie, and who is writing one now.
#[derive(Debug)]
pub struct Uploads {
    staging: PathBuf,
    files: Arc<dyn ObjectStore>,
    /// The folder behind `files`, when they lie on the disk of the staging folder: a whole part moves there
    /// by its name instead of being written again.
    folder: Option<PathBuf>,
    lanes: lanes::Lanes,
    /// Reading a PDF takes memory: only so many at once.
    inspections: tokio::sync::Semaphore,
    allowance: Allowance,
    scanner: Arc<dyn Scanner>,
}

impl Uploads {
    /// Files in folders under the data folder.
    pub fn open(data_dir: &Path) -> std::io::Result<Self> {
        let files = data_dir.join("files");
        std::fs::create_dir_all(&files)?;
        let store = LocalFileSystem::new_with_prefix(&files).map_err(std::io::Error::other)?.with_fsync(true);
        let uploads = Self::with_store(&data_dir.join("staging"), Arc::new(store))?;
        Ok(Self { folder: Some(files), ..uploads })
    }

    /// Whole files in any object store; parts of files in a local folder.
    pub fn with_store(staging: &Path, files: Arc<dyn ObjectStore>) -> std::io::Result<Self> {
        std::fs::create_dir_all(staging)?;
        Ok(Self {
            staging: staging.to_owned(),
            files,
            folder: None,
            lanes: lanes::Lanes::default(),
            inspections: tokio::sync::Semaphore::new(2),
            allowance: Allowance::default(),
            scanner: Arc::new(NoScanner),
        })
    }

    /// The same with a virus scanner.
    #[must_use]
    pub fn with_scanner(mut self, scanner: Arc<dyn Scanner>) -> Self {
        self.scanner = scanner;
        self
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
