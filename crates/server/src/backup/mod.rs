//! The whole platform in one sealed file, and back.
//!
//! A backup holds a snapshot of the database, every whole file, and the secret when it lies in the data folder. It is
//! sealed for a key (age, X25519) whose other half the platform never has: whoever takes the file, or the machine that
//! made it, reads nothing. It is made beside the running platform and stops nobody.

mod restore;
mod write;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use restore::{Restored, restore};
pub use write::{Written, write};

/// This form of a backup.
const FORMAT: u32 = 1;
const MANIFEST: &str = "manifest.json";
const DATABASE: &str = "haoban.db";
const SECRET: &str = "secret.key";
const FILES: &str = "files";

/// First entry of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Manifest {
    format: u32,
    /// When the snapshot was taken, in milliseconds.
    at: i64,
    /// Last row of the audit chain in it.
    audit: i64,
    cases: i64,
    files: u64,
}

/// Why there is no backup, or nothing was restored. Each names what to do.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Postgres has better means of its own.
    #[error(
        "the database is PostgreSQL: back it up with pg_basebackup or pg_dump, and the folder `{0}` with your own means"
    )]
    Postgres(PathBuf),
    /// The files are elsewhere.
    #[error("the files lie in a bucket: back up the database with its own means and let the bucket keep versions")]
    Bucket,
    /// No such key.
    #[error(
        "`{0}` is no key to seal a backup for; make one with `haoban-server backup-key FILE` and name what it prints"
    )]
    Recipient(String),
    /// No such other half.
    #[error("`{0}` holds no key that opens backups (a line that begins with AGE-SECRET-KEY-)")]
    Identity(PathBuf),
    /// It is sealed for somebody else, or damaged.
    #[error("the backup does not open with this key: it was sealed for another one, or it is damaged ({0})")]
    Sealed(String),
    /// Something is in the way.
    #[error("`{0}` is there already; name a place that is not")]
    InTheWay(PathBuf),
    /// What should be there is not, or is not what it should be.
    #[error("{0}")]
    Wrong(String),
    /// Disk trouble.
    #[error("`{path}`: {source}")]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The database.
    #[error(transparent)]
    Open(#[from] crate::store::OpenError),
    /// Anything else.
    #[error(transparent)]
    Other(#[from] crate::Error),
}

impl BackupError {
    fn at(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}

/// Makes a pair of keys: the secret half goes into a new file, the other is given back. Keep the file away from the
/// platform, and twice.
///
/// # Errors
/// When the file is there already or cannot be written.
pub fn make_key(file: &Path) -> Result<String, BackupError> {
    use std::io::Write as _;

    use age::secrecy::ExposeSecret as _;

    let identity = age::x25519::Identity::generate();
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = options.open(file).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => BackupError::InTheWay(file.to_owned()),
        _ => BackupError::Io { path: file.to_owned(), source: error },
    })?;
    writeln!(out, "{}", identity.to_string().expose_secret()).map_err(BackupError::at(file))?;
    out.sync_all().map_err(BackupError::at(file))?;
    Ok(identity.to_public().to_string())
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BackupError> + Send + 'static,
) -> Result<T, BackupError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| BackupError::Wrong("the work was cut short".to_owned()))?
}

/// Opens a database file that nobody else has open, and folds its log into it at the end.
async fn store_in(file: &Path) -> Result<crate::store::Store, BackupError> {
    Ok(crate::store::Store::open(&crate::config::sqlite_address(file)).await?)
}
