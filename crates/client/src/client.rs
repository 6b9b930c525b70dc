//! The core as one value: hosts open it, hand it on, and shut it down.

mod deposits;
mod rotation;
mod ways;

use std::sync::Arc;

use haoban_domain::time::Timestamp;
use haoban_wire::ui::{ClientEvent, VaultView};
use parking_lot::{Mutex, RwLock};
use tokio::{runtime::Handle, sync::broadcast};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    ClientError,
    drafts::{
        Drafts,
        autosave::{self, Autosave},
    },
    materials,
    outbox::Outbox,
    ports::{Config, Ports},
    services::Services,
    store::{SealedFiles, Store},
    tables::Tables,
    vault::{
        Keys, Recovery, Vault, VaultError,
        opening::{FILES_DIR, Opened, Profile},
        profile_files::create_private_dir,
    },
};

/// Events a slow screen may lag behind before it is told to re-read.
const EVENT_BUFFER: usize = 256;

/// Why a core could not be set up at all. The vault is never a reason; see [`Client::vault`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The platform's address is neither https nor plain http on the loopback.
    #[error("the platform address must be https, or http on loopback")]
    Address,
}

/// The core. Cloning it clones a handle.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    config: Config,
    ports: Ports,
    handle: Handle,
    cancel: CancellationToken,
    tasks: TaskTracker,
    events: broadcast::Sender<ClientEvent>,
    vault: Vault,
    recovery: Recovery,
    storage: RwLock<Storage>,
    unlocking: tokio::sync::Mutex<()>,
    rotating: Mutex<CancellationToken>,
    services: Services,
    drafts: Drafts,
    tables: Tables,
    autosave: Autosave,
    outbox: Outbox,
}

#[derive(Clone, Default)]
struct Storage {
    store: Option<Store>,
    files: Option<SealedFiles>,
}

impl Client {
    /// Opens the profile. Whatever is wrong with keychain or store is told by the vault's view, and nothing is changed then.
    pub async fn open(config: Config, ports: Ports, handle: Handle) -> Result<Self, OpenError> {
        check_address(&config.platform_url)?;
        let services = Services::new(&config, &ports).map_err(|_| OpenError::Address)?;
        let inner = Inner {
            services,
            drafts: Drafts::default(),
            tables: Tables::default(),
            autosave: Autosave::default(),
            outbox: Outbox::default(),
            handle,
            cancel: CancellationToken::new(),
            tasks: TaskTracker::new(),
            events: broadcast::Sender::new(EVENT_BUFFER),
            vault: Vault::closed(VaultView::NoKeychain),
            recovery: Recovery::default(),
            storage: RwLock::default(),
            unlocking: tokio::sync::Mutex::new(()),
            rotating: Mutex::new(CancellationToken::new()),
            config,
            ports,
        };
        let client = Self { inner: Arc::new(inner) };
        let opened = client.profile().open().await;
        client.adopt(opened).await;
        Ok(client)
    }

    fn profile(&self) -> Profile<'_> {
        let ports = &self.inner.ports;
        Profile { dir: &self.inner.config.profile_dir, keychain: &*ports.keychain, clock: &*ports.clock }
    }

    async fn adopt(&self, opened: Opened) {
        let files = SealedFiles::Folder(self.inner.config.profile_dir.join(FILES_DIR));
        let before = {
            let mut storage = self.inner.storage.write();
            std::mem::replace(
                &mut *storage,
                Storage { files: opened.store.is_some().then_some(files), store: opened.store },
            )
        };
        if let Some(store) = before.store {
            store.close().await;
        }
        match opened.keys {
            Some(keys) => self.now_open(keys, opened.view).await,
            None => self.inner.vault.set_closed(opened.view),
        }
    }

    async fn now_open(&self, keys: Keys, view: VaultView) {
        if let Some(SealedFiles::Folder(dir)) = self.inner.storage.read().files.clone()
            && let Err(error) = create_private_dir(&dir)
        {
            tracing::error!(%error, "the folder of sealed files cannot be made");
        }
        self.inner.drafts.forget();
        self.inner.tables.forget();
        self.inner.vault.set_open(keys, view);
        autosave::begin(self).await;
        self.inner.services.vault_opened(self).await;
        self.tidy().await;
        self.inner.outbox.start(self);
        self.inner.outbox.release();
        self.emit(ClientEvent::VaultChanged {});
    }

    /// Clears away what an earlier end of the app left behind. None of it may keep the app from opening.
    async fn tidy(&self) {
        if let Err(error) = crate::drafts::purge(self).await {
            tracing::warn!(%error, "drafts deleted long ago could not be removed");
        }
        if let Err(error) = materials::sweep(self).await {
            tracing::warn!(%error, "unfinished files could not be removed");
        }
    }

    /// The vault.
    #[must_use]
    pub fn vault(&self) -> &Vault {
        &self.inner.vault
    }

    /// The store; an error that says why while there is none.
    pub fn store(&self) -> Result<Store, ClientError> {
        let store = self.inner.storage.read().store.clone();
        store.ok_or_else(|| VaultError::Closed(self.vault().view()).into())
    }

    /// Where sealed files lie.
    pub(crate) fn files(&self) -> Result<SealedFiles, ClientError> {
        let files = self.inner.storage.read().files.clone();
        files.ok_or_else(|| VaultError::Closed(self.vault().view()).into())
    }

    /// How it was set up.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    /// The ports.
    #[must_use]
    pub fn ports(&self) -> &Ports {
        &self.inner.ports
    }

    /// Now, by the port.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.inner.ports.clock.now()
    }

    /// The modules that talk with the platform.
    pub(crate) fn services(&self) -> &Services {
        &self.inner.services
    }

    /// Drafts open in memory.
    pub(crate) fn drafts(&self) -> &Drafts {
        &self.inner.drafts
    }

    pub(crate) fn tables(&self) -> &Tables {
        &self.inner.tables
    }

    /// Saves that are not in the tables yet.
    pub(crate) fn autosave(&self) -> &Autosave {
        &self.inner.autosave
    }

    /// The outbox worker.
    pub(crate) fn outbox(&self) -> &Outbox {
        &self.inner.outbox
    }

    /// Random bytes of the system.
    pub(crate) fn random<const N: usize>(&self) -> Result<[u8; N], ClientError> {
        let mut bytes = [0u8; N];
        getrandom::fill(&mut bytes).map_err(VaultError::from)?;
        Ok(bytes)
    }

    /// Runs a task on the runtime this core was given; shutdown waits for it.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.inner.tasks.spawn_on(task, &self.inner.handle);
    }

    /// Ends when the core shuts down.
    pub(crate) fn cancelled(&self) -> CancellationToken {
        self.inner.cancel.clone()
    }

    /// Listens to events.
    #[must_use]
    pub fn events(&self) -> broadcast::Receiver<ClientEvent> {
        self.inner.events.subscribe()
    }

    /// Tells the screens. Call it after the commit, never before.
    pub fn emit(&self, event: ClientEvent) {
        // No listener is fine: screens re-read when they open.
        let _ = self.inner.events.send(event);
    }

    /// The same as [`Self::emit`].
    pub fn publish(&self, event: ClientEvent) {
        self.emit(event);
    }

    /// Sends the screens somewhere (a notification was clicked).
    pub fn navigate(&self, path: &str) {
        self.emit(ClientEvent::Navigate { path: path.to_owned() });
    }

    /// The app goes to the background: finish the step at hand, start none.
    pub async fn pause(&self) {
        self.inner.outbox.hold().await;
        self.inner.services.pause(self).await;
        self.fold().await;
    }

    /// What cannot be folded now stays in the log and is folded at the next start.
    async fn fold(&self) {
        if self.vault().is_open()
            && let Err(error) = autosave::fold(self).await
        {
            tracing::error!(%error, "saves stay in their log until the next start");
        }
    }

    /// The app is back.
    pub async fn resume(&self) {
        self.inner.services.resume(self).await;
        self.inner.outbox.release();
    }

    /// Finishes the step at hand, writes everything down, closes.
    pub async fn shutdown(&self) {
        self.inner.outbox.hold().await;
        self.inner.services.shutdown(self).await;
        self.inner.cancel.cancel();
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
        self.fold().await;
        self.inner.autosave.close().await;
        let storage = std::mem::take(&mut *self.inner.storage.write());
        if let Some(store) = storage.store {
            store.close().await;
        }
        self.inner.vault.set_closed(VaultView::KeychainLocked);
    }
}

fn check_address(url: &str) -> Result<(), OpenError> {
    let url = reqwest::Url::parse(url).map_err(|_| OpenError::Address)?;
    let loopback = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    match url.scheme() {
        "https" => Ok(()),
        "http" if loopback => Ok(()),
        _ => Err(OpenError::Address),
    }
}
