//! A device: the real core with ports a test can see into.

use std::{collections::HashMap, io::Cursor, path::PathBuf, sync::Arc, time::Duration};

use async_trait::async_trait;
use haoban_client::{
    Client,
    ports::{
        Browser, Clock, Config, FileSource, FileSourceError, Keychain, KeychainError, KeychainStatus, Notifier,
        OsNotification, PickedFile, Ports, Wanted,
    },
};
use haoban_domain::time::Timestamp;
use haoban_wire::ui::{HostAbilities, SessionBegin, SessionView};
use parking_lot::Mutex;
use tempfile::TempDir;
use zeroize::Zeroizing;

use crate::sign_in_over_http;

/// A keychain in memory that outlives the core, as the OS's does.
#[derive(Default)]
pub struct MemoryKeychain(Mutex<HashMap<String, Vec<u8>>>);

#[async_trait]
impl Keychain for MemoryKeychain {
    async fn load(&self, account: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeychainError> {
        Ok(self.0.lock().get(account).cloned().map(Zeroizing::new))
    }
    async fn store(&self, account: &str, secret: &[u8]) -> Result<(), KeychainError> {
        self.0.lock().insert(account.to_owned(), secret.to_vec());
        Ok(())
    }
    async fn delete(&self, account: &str) -> Result<(), KeychainError> {
        self.0.lock().remove(account);
        Ok(())
    }
    async fn status(&self) -> KeychainStatus {
        KeychainStatus::Ready
    }
}

/// Keeps what the core wanted the OS to show.
#[derive(Default)]
pub struct RecordedNotifier(Mutex<Vec<OsNotification>>);

impl RecordedNotifier {
    /// The notifications so far.
    #[must_use]
    pub fn shown(&self) -> Vec<OsNotification> {
        self.0.lock().clone()
    }
}

impl Notifier for RecordedNotifier {
    fn notify(&self, notification: OsNotification) {
        self.0.lock().push(notification);
    }
}

/// A system browser in which a person signs in at once.
pub struct SigningBrowser {
    who: Mutex<String>,
}

impl Browser for SigningBrowser {
    fn open(&self, url: &str) -> bool {
        let (url, phone) = (url.to_owned(), self.who.lock().clone());
        tokio::spawn(async move {
            if let Err(error) = sign_in_over_http(&url, &phone, crate::PASSWORD).await {
                eprintln!("the test's browser could not sign in: {error:#}");
            }
        });
        true
    }
}

/// The machine's clock, moved by as much as a test wants.
#[derive(Default)]
struct MovableClock {
    by_millis: Mutex<i64>,
}

impl Clock for MovableClock {
    #[allow(clippy::disallowed_methods, reason = "a clock port")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let millis = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
        Timestamp::from_millis(millis + *self.by_millis.lock())
    }
}

/// Files by token, and exports kept for a look.
#[derive(Default)]
pub struct TestFiles {
    held: Mutex<HashMap<String, (String, Vec<u8>)>>,
    exported: Mutex<Vec<(String, Vec<u8>)>>,
}

impl TestFiles {
    /// Offers a file; answers its token.
    pub fn offer(&self, name: &str, content: Vec<u8>) -> String {
        let mut held = self.held.lock();
        let token = format!("file-{}", held.len());
        held.insert(token.clone(), (name.to_owned(), content));
        token
    }

    /// What was exported so far.
    #[must_use]
    pub fn exported(&self) -> Vec<(String, Vec<u8>)> {
        self.exported.lock().clone()
    }
}

#[async_trait]
impl FileSource for TestFiles {
    async fn pick(&self, _wanted: Wanted<'_>) -> Result<Vec<PickedFile>, FileSourceError> {
        Ok(Vec::new())
    }
    async fn take(&self, token: &str) -> Result<PickedFile, FileSourceError> {
        let (name, content) = self.held.lock().get(token).cloned().ok_or(FileSourceError::Nothing)?;
        Ok(PickedFile { name, bytes: Some(content.len() as u64), content: Box::new(Cursor::new(content)) })
    }
    async fn paste(&self) -> Result<PickedFile, FileSourceError> {
        Err(FileSourceError::Nothing)
    }
    async fn export(&self, suggested_name: &str, content: Vec<u8>) -> Result<String, FileSourceError> {
        self.exported.lock().push((suggested_name.to_owned(), content));
        Ok(suggested_name.to_owned())
    }
}

/// A device with its profile folder; the core can be closed and opened again on it.
pub struct Device {
    folder: TempDir,
    platform_url: String,
    keychain: Arc<dyn Keychain>,
    browser: Arc<SigningBrowser>,
    clock: Arc<MovableClock>,
    /// What the OS was asked to show.
    pub notifier: Arc<RecordedNotifier>,
    /// Files to attach, and exports.
    pub files: Arc<TestFiles>,
    /// The core.
    pub client: Client,
}

impl Device {
    /// A new device of a person, pointed at a platform (or a proxy before it).
    ///
    /// # Errors
    /// When the core does not open.
    pub async fn new(platform_url: &str, phone: &str) -> anyhow::Result<Self> {
        Self::with_keychain(platform_url, phone, Arc::new(MemoryKeychain::default())).await
    }

    /// The same over another keychain, e.g. the machine's own.
    ///
    /// # Errors
    /// When the core does not open.
    pub async fn with_keychain(platform_url: &str, phone: &str, keychain: Arc<dyn Keychain>) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("haoban-device").tempdir()?;
        let browser = Arc::new(SigningBrowser { who: Mutex::new(phone.to_owned()) });
        let clock = Arc::new(MovableClock::default());
        let notifier = Arc::new(RecordedNotifier::default());
        let files = Arc::new(TestFiles::default());
        let ports = Ports {
            keychain: keychain.clone(),
            notifier: notifier.clone(),
            browser: browser.clone(),
            clock: clock.clone(),
            files: files.clone(),
        };
        let client = open(folder.path().to_path_buf(), platform_url, ports).await?;
        Ok(Self { folder, platform_url: platform_url.to_owned(), keychain, browser, clock, notifier, files, client })
    }

    /// Closes the core and opens it again on the same profile.
    ///
    /// # Errors
    /// When it does not open again.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        self.client.shutdown().await;
        self.client = open(self.folder.path().to_path_buf(), &self.platform_url, self.ports()).await?;
        Ok(())
    }

    fn ports(&self) -> Ports {
        Ports {
            keychain: self.keychain.clone(),
            notifier: self.notifier.clone(),
            browser: self.browser.clone(),
            clock: self.clock.clone(),
            files: self.files.clone(),
        }
    }

    /// Another person will sign in next.
    pub fn hand_to(&self, phone: &str) {
        *self.browser.who.lock() = phone.to_owned();
    }

    /// Moves the device's clock.
    pub fn move_clock(&self, millis: i64) {
        *self.clock.by_millis.lock() += millis;
    }

    /// The profile folder.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_path_buf()
    }

    /// Signs in and waits until it is done.
    ///
    /// # Errors
    /// When nobody is signed in after half a minute.
    pub async fn sign_in(&self) -> anyhow::Result<()> {
        haoban_client::commands::session_begin(&self.client, SessionBegin {}).await?;
        wait_for("a sign-in", async || {
            let view = haoban_client::commands::app_start(&self.client, haoban_wire::ui::AppStart {}).await?;
            Ok(matches!(view.session, SessionView::SignedIn { .. }).then_some(()))
        })
        .await
    }
}

async fn open(folder: PathBuf, platform_url: &str, ports: Ports) -> anyhow::Result<Client> {
    let config = Config {
        profile_dir: folder,
        platform_url: platform_url.to_owned(),
        version: "test".to_owned(),
        host: HostAbilities {
            kind: "test".to_owned(),
            native_picker: false,
            native_clipboard: false,
            notifications: true,
        },
    };
    Ok(Client::open(config, ports, tokio::runtime::Handle::current()).await?)
}

/// Asks until there is an answer, for at most half a minute. Real processes have no event a test could await.
///
/// # Errors
/// When there is none by then, or asking fails.
pub async fn wait_for<T>(what: &str, mut ask: impl AsyncFnMut() -> anyhow::Result<Option<T>>) -> anyhow::Result<T> {
    for _ in 0..600 {
        if let Some(answer) = ask().await? {
            return Ok(answer);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    anyhow::bail!("{what} did not come within half a minute")
}
