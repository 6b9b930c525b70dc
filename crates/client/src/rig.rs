//! Tests only: a whole core over ports that remember, talking to a server that says what the test wants.

use std::{collections::HashMap, sync::Arc};

use async_trait::async_trait;
use haoban_wire::ui::HostAbilities;
use parking_lot::Mutex;
use zeroize::Zeroizing;

use crate::{
    Client,
    http::{
        connectivity::tests::FixedClock,
        fake::{Answer, Fake, Heard},
    },
    ports::{
        Browser, Config, FileSource, FileSourceError, Keychain, KeychainError, KeychainStatus, Notifier,
        OsNotification, PickedFile, Ports, Wanted,
    },
};

/// What the ports saw.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) keys: Mutex<HashMap<String, Vec<u8>>>,
    pub(crate) opened: Mutex<Vec<String>>,
    pub(crate) notified: Mutex<Vec<OsNotification>>,
    pub(crate) exported: Mutex<Vec<(String, Vec<u8>)>>,
}

#[async_trait]
impl Keychain for Seen {
    async fn load(&self, account: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeychainError> {
        Ok(self.keys.lock().get(account).cloned().map(Zeroizing::new))
    }
    async fn store(&self, account: &str, secret: &[u8]) -> Result<(), KeychainError> {
        self.keys.lock().insert(account.to_owned(), secret.to_vec());
        Ok(())
    }
    async fn delete(&self, account: &str) -> Result<(), KeychainError> {
        self.keys.lock().remove(account);
        Ok(())
    }
    async fn status(&self) -> KeychainStatus {
        KeychainStatus::Ready
    }
}

impl Browser for Seen {
    fn open(&self, url: &str) -> bool {
        self.opened.lock().push(url.to_owned());
        true
    }
}

impl Notifier for Seen {
    fn notify(&self, notification: OsNotification) {
        self.notified.lock().push(notification);
    }
}

#[async_trait]
impl FileSource for Seen {
    async fn pick(&self, _: Wanted<'_>) -> Result<Vec<PickedFile>, FileSourceError> {
        Err(FileSourceError::NotSupported)
    }
    async fn take(&self, _: &str) -> Result<PickedFile, FileSourceError> {
        Err(FileSourceError::Nothing)
    }
    async fn paste(&self) -> Result<PickedFile, FileSourceError> {
        Err(FileSourceError::Nothing)
    }
    async fn export(&self, name: &str, content: Vec<u8>) -> Result<String, FileSourceError> {
        self.exported.lock().push((name.to_owned(), content));
        Ok(name.to_owned())
    }
}

/// A core, its ports and its server.
pub(crate) struct Rig {
    pub(crate) client: Client,
    pub(crate) seen: Arc<Seen>,
    pub(crate) fake: Fake,
    folder: tempfile::TempDir,
}

impl Rig {
    /// Opens a core whose server answers as `make` says; `make` is told the server's address.
    pub(crate) async fn start<H>(make: impl FnOnce(&str) -> H) -> Self
    where
        H: Fn(&Heard) -> Answer + Send + Sync + 'static,
    {
        let fake = Fake::start_knowing(make).await;
        let (seen, folder) = (Arc::<Seen>::default(), tempfile::tempdir().unwrap());
        let client = open(&fake, &seen, folder.path()).await;
        Self { client, seen, fake, folder }
    }

    /// Shuts the core down and opens the same profile again.
    pub(crate) async fn restart(&mut self) {
        self.client.shutdown().await;
        self.client = open(&self.fake, &self.seen, self.folder.path()).await;
    }

    /// Every file of the profile.
    pub(crate) fn files(&self) -> Vec<std::path::PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { found.push(path) }
            }
        }
        found
    }

    pub(crate) fn clock(&self) -> &FixedClock {
        &self.fake.clock
    }
}

async fn open(fake: &Fake, seen: &Arc<Seen>, folder: &std::path::Path) -> Client {
    let config = Config {
        profile_dir: folder.to_owned(),
        platform_url: fake.base.clone(),
        version: "0.0.0".into(),
        host: HostAbilities { kind: "test".into(), native_picker: false, native_clipboard: false, notifications: true },
    };
    let ports = Ports {
        keychain: seen.clone(),
        notifier: seen.clone(),
        browser: seen.clone(),
        clock: fake.clock.clone(),
        files: seen.clone(),
    };
    Client::open(config, ports, tokio::runtime::Handle::current()).await.unwrap()
}

/// Visits an address as a browser would; answers status and body.
pub(crate) async fn visit(url: &str) -> (u16, String) {
    let url = reqwest::Url::parse(url).unwrap();
    let port = url.port().unwrap();
    let target = format!("{}{}", url.path(), url.query().map(|query| format!("?{query}")).unwrap_or_default());
    raw_visit(port, &format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n")).await.unwrap()
}

/// The same with a hand-written request; `None` when the door is shut.
pub(crate) async fn raw_visit(port: u16, request: &str) -> Option<(u16, String)> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.ok()?;
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.ok()?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1)?.parse().ok()?;
    Some((status, answer))
}
