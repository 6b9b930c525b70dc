//! Settings: documented defaults, then a file, then `HAOBAN_*` of the environment.

mod load;

use std::{
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

pub use load::{ConfigError, DEFAULTS};

use crate::materials::{Bucket, Clamd};

/// Everything that can be set. What each means stands in `server.default.toml`.
#[derive(Clone)]
pub struct Config {
    /// Address the platform listens on.
    pub listen: SocketAddr,
    /// Address it is reached at from outside, without a slash at the end; also the issuer of tokens.
    /// Empty until the port is bound, then never.
    pub public_url: String,
    /// Folder for everything that is not in the database.
    pub data_dir: PathBuf,
    /// Address of the database. Empty: `haoban.db` in the data folder.
    pub database_url: String,
    /// The secret, when it is set and not kept in a file.
    pub secret: Option<Vec<u8>>,
    /// City pack: a folder, or the name of one under `cities/`.
    pub city: String,
    /// Whether `serve` also works the jobs.
    pub worker: bool,
    /// Whether `serve` fills an empty database with the demo city.
    pub demo: bool,
    /// Whether `serve` follows changes of the city pack's folder; for those who write packs.
    pub watch_city: bool,
    /// Requests that are worked on at a time.
    pub at_once: usize,
    /// How long one more waits for its turn before it is told to come back.
    pub patience: Duration,
    /// Where whole files lie when not in the data folder.
    pub files: Option<Bucket>,
    /// The virus scanner, if there is one.
    pub clamd: Option<Clamd>,
    /// Folder with the built desk page, when it is not the one inside the program.
    pub desk_dir: Option<PathBuf>,
    /// Filter of the log, e.g. `info`.
    pub log: String,
    /// Log as JSON lines.
    pub log_json: bool,
}

impl Config {
    /// Address of the database, worked out.
    #[must_use]
    pub fn database(&self) -> String {
        if self.database_url.is_empty() {
            sqlite_address(&self.data_dir.join("haoban.db"))
        } else {
            self.database_url.clone()
        }
    }

    /// Whether people reach the platform over TLS; decides about `Secure` cookies.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// Folder of the city pack.
    #[must_use]
    pub fn city_dir(&self) -> PathBuf {
        let named = PathBuf::from(&self.city);
        if named.components().count() > 1 || named.is_dir() {
            return named;
        }
        let beside_program = std::env::current_exe()
            .ok()
            .and_then(|program| program.parent().map(|bin| bin.join("../share/haoban/cities")))
            .unwrap_or_default();
        [PathBuf::from("cities"), beside_program]
            .into_iter()
            .map(|cities| cities.join(&self.city))
            .find(|folder| folder.is_dir())
            .unwrap_or_else(|| Path::new("cities").join(&self.city))
    }
}

impl fmt::Debug for Config {
    /// Without the secret and without the password a database address may carry.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("listen", &self.listen)
            .field("public_url", &self.public_url)
            .field("data_dir", &self.data_dir)
            .field("database", &crate::store::Dialect::of_url(&self.database()))
            .field("city", &self.city)
            .field("worker", &self.worker)
            .field("log", &self.log)
            .finish_non_exhaustive()
    }
}

/// Address of a database in a file.
#[must_use]
pub fn sqlite_address(file: &Path) -> String {
    format!("sqlite:{}", percent_path(file))
}

/// A path as it may stand in a database address.
fn percent_path(path: &Path) -> String {
    let mut text = String::new();
    for byte in path.to_string_lossy().bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~:\\".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}
