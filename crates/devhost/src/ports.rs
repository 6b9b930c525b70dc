//! The ports of a browser host: real keychain, files posted by the page, notifications kept for the page to show.

use std::{
    collections::{HashMap, VecDeque},
    path::PathBuf,
    sync::Arc,
};

use async_trait::async_trait;
use haoban_client::ports::{Browser, Clock, FileSource, FileSourceError, Notifier, OsNotification, PickedFile, Wanted};
use haoban_domain::time::Timestamp;
use parking_lot::Mutex;

/// Reads the machine's clock. This and the shell's are the only places that do.
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the clock port itself")]
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(jiff::Timestamp::now().as_millisecond())
    }
}

/// State behind the ports that pages reach too.
#[derive(Default)]
pub struct HostPorts {
    /// Files the page posted, by single-use token.
    posted: Mutex<HashMap<String, Posted>>,
    /// Exports waiting for download, by single-use token.
    exports: Mutex<HashMap<String, (String, Vec<u8>)>>,
    /// The last notifications the core asked for.
    notifications: Mutex<VecDeque<OsNotification>>,
}

struct Posted {
    name: String,
    path: PathBuf,
    bytes: u64,
}

impl HostPorts {
    /// Keeps a posted file under a new token.
    pub(crate) fn hold(&self, name: String, path: PathBuf, bytes: u64) -> String {
        let token = token();
        self.posted.lock().insert(token.clone(), Posted { name, path, bytes });
        token
    }

    /// Hands an export out, once.
    pub(crate) fn take_export(&self, token: &str) -> Option<(String, Vec<u8>)> {
        self.exports.lock().remove(token)
    }

    /// The notifications so far, oldest first.
    pub fn notifications(&self) -> Vec<OsNotification> {
        self.notifications.lock().iter().cloned().collect()
    }
}

/// A single-use token of 128 random bits.
fn token() -> String {
    let mut bytes = [0_u8; 16];
    // Without randomness a token could be guessed; an all-zero token is never handed out twice, since the map keeps one.
    if getrandom::fill(&mut bytes).is_err() {
        tracing::error!("the system gave no randomness");
    }
    hex::encode(bytes)
}

impl Notifier for HostPorts {
    fn notify(&self, notification: OsNotification) {
        let mut kept = self.notifications.lock();
        if kept.len() == 100 {
            kept.pop_front();
        }
        kept.push_back(notification);
    }
}

impl Browser for HostPorts {
    /// The page is in a browser already: it shows the address as a link instead.
    fn open(&self, _url: &str) -> bool {
        false
    }
}

#[async_trait]
impl FileSource for HostPorts {
    async fn pick(&self, _wanted: Wanted<'_>) -> Result<Vec<PickedFile>, FileSourceError> {
        Err(FileSourceError::NotSupported)
    }

    async fn take(&self, token: &str) -> Result<PickedFile, FileSourceError> {
        let posted = self.posted.lock().remove(token).ok_or(FileSourceError::Nothing)?;
        let file = tokio::fs::File::open(&posted.path).await.map_err(|error| FileSourceError::Io(error.to_string()))?;
        // The open handle keeps the content; the name is gone at once, so nothing is left in clear.
        if let Err(error) = tokio::fs::remove_file(&posted.path).await {
            tracing::warn!(%error, "a posted file could not be removed");
        }
        Ok(PickedFile { name: posted.name, bytes: Some(posted.bytes), content: Box::new(file) })
    }

    async fn paste(&self) -> Result<PickedFile, FileSourceError> {
        Err(FileSourceError::NotSupported)
    }

    async fn export(&self, suggested_name: &str, content: Vec<u8>) -> Result<String, FileSourceError> {
        let token = token();
        self.exports.lock().insert(token.clone(), (suggested_name.to_owned(), content));
        Ok(format!("/host/exports/{token}"))
    }
}

/// The five ports together: this host's own and the OS keychain.
pub(crate) fn assemble(host: &Arc<HostPorts>) -> haoban_client::ports::Ports {
    haoban_client::ports::Ports {
        keychain: Arc::new(haoban_client::vault::OsKeychain::new()),
        notifier: host.clone(),
        browser: host.clone(),
        clock: Arc::new(SystemClock),
        files: host.clone(),
    }
}
