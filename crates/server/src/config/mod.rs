//! Settings: documented defaults, then a file, then `HAOBAN_*` of the environment.

use std::{net::SocketAddr, path::PathBuf};

/// Everything that can be set.
#[derive(Debug, Clone)]
pub struct Config {
    /// Address the platform listens on.
    pub listen: SocketAddr,
    /// Address it is reached at from outside, without a slash at the end; also the issuer of tokens.
    /// Empty: `http://` and the address it listens on.
    pub public_url: String,
    /// Folder for everything that is not in the database: the default database, uploads, the secret.
    pub data_dir: PathBuf,
    /// Address of the database. Empty: `haoban.db` in the data folder.
    pub database_url: String,
    /// City pack: a folder, or the name of one under `cities/`.
    pub city: String,
    /// Whether `serve` also works the jobs.
    pub worker: bool,
    /// Filter of the log, e.g. `info`.
    pub log: String,
    /// Log as JSON lines.
    pub log_json: bool,
}
