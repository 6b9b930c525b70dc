//! What the core needs from the machine it runs on. Shell, `devhost` and `testkit` implement these; everything else is concrete.

use std::{path::PathBuf, sync::Arc};

use async_trait::async_trait;
use haoban_domain::time::Timestamp;
use tokio::io::AsyncRead;
use zeroize::Zeroizing;

/// Where a keychain stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeychainStatus {
    /// Can be read and written.
    Ready,
    /// There, but locked; the resident can unlock it.
    Locked,
    /// There is none on this machine.
    Unavailable,
}

/// Why the keychain did not answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeychainError {
    /// Locked.
    #[error("the keychain is locked")]
    Locked,
    /// None on this machine, or its service is not running.
    #[error("there is no keychain: {0}")]
    Unavailable(String),
}

/// One secret per account: the root key. Tokens and everything else lie sealed in the store.
#[async_trait]
pub trait Keychain: Send + Sync {
    /// Reads; `None` only when the keychain answered and holds nothing under this account.
    async fn load(&self, account: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeychainError>;
    /// Writes and reads back.
    async fn store(&self, account: &str, secret: &[u8]) -> Result<(), KeychainError>;
    /// Deletes; deleting nothing is fine.
    async fn delete(&self, account: &str) -> Result<(), KeychainError>;
    /// Where it stands. Never prompts.
    async fn status(&self) -> KeychainStatus;
    /// Asks the resident to unlock it where the system can ask, then says where it stands.
    async fn unlock(&self) -> KeychainStatus {
        self.status().await
    }
}

/// An OS notification. Its words hold no personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OsNotification {
    /// Headline.
    pub title: String,
    /// Text.
    pub body: String,
    /// Route a click opens, e.g. `/cases/cas_…`.
    pub path: String,
}

/// Shows OS notifications; a click is reported by the host through [`crate::Client::navigate`].
pub trait Notifier: Send + Sync {
    /// Shows it; failures are the host's to log.
    fn notify(&self, notification: OsNotification);
}

/// Opens the system browser.
pub trait Browser: Send + Sync {
    /// Opens an `http(s)` address; false when no browser could be started.
    fn open(&self, url: &str) -> bool;
}

/// Tells the time. The only clock of the core.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// A file the resident chose: a stream, so that bytes never cross IPC.
pub struct PickedFile {
    /// Name as the resident knows it (no path).
    pub name: String,
    /// Size if known.
    pub bytes: Option<u64>,
    /// Content.
    pub content: Box<dyn AsyncRead + Send + Unpin>,
}

/// What a picker is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted<'a> {
    /// Materials of these kinds, one or more.
    Materials(&'a [haoban_domain::material::FileKind]),
    /// One table (CSV).
    Table,
}

/// Gets files from the host and writes exports to it.
#[async_trait]
pub trait FileSource: Send + Sync {
    /// Opens the native picker; empty when cancelled. `Err(())` when the host has none.
    async fn pick(&self, wanted: Wanted<'_>) -> Result<Vec<PickedFile>, FileSourceError>;
    /// Takes a file the host holds under a token (dropped, or posted to `devhost`). Single use.
    async fn take(&self, token: &str) -> Result<PickedFile, FileSourceError>;
    /// The picture on the clipboard.
    async fn paste(&self) -> Result<PickedFile, FileSourceError>;
    /// Saves an export where the resident finds it and returns where that is.
    async fn export(&self, suggested_name: &str, content: Vec<u8>) -> Result<String, FileSourceError>;
}

/// Why a file could not be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileSourceError {
    /// The host cannot do this.
    #[error("this host cannot do that")]
    NotSupported,
    /// Nothing there (unknown token, no picture on the clipboard).
    #[error("nothing to take")]
    Nothing,
    /// Reading or writing failed.
    #[error("{0}")]
    Io(String),
}

/// All ports together.
#[derive(Clone)]
pub struct Ports {
    /// Keychain.
    pub keychain: Arc<dyn Keychain>,
    /// Notifier.
    pub notifier: Arc<dyn Notifier>,
    /// Browser.
    pub browser: Arc<dyn Browser>,
    /// Clock.
    pub clock: Arc<dyn Clock>,
    /// Files.
    pub files: Arc<dyn FileSource>,
}

/// How a core is set up.
#[derive(Debug, Clone)]
pub struct Config {
    /// Folder of this profile: store, sealed files. Created with mode 0700.
    pub profile_dir: PathBuf,
    /// Base address of the platform, no trailing slash, e.g. `http://127.0.0.1:8420`.
    /// Plain http is accepted for loopback only.
    pub platform_url: String,
    /// App version shown and sent.
    pub version: String,
    /// What the host can do.
    pub host: haoban_wire::ui::HostAbilities,
}
